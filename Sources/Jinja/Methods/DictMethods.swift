/// The methods of dictionaries that templates may call.
enum DictMethods {
    static let names: Set<String> = ["copy", "get", "items", "keys", "values"]
    /// What the immutable sandbox hides.
    static let forbidden: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]

    static func call(
        _ name: String, on object: DictObject, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        if name == "get" {
            let bound = try arguments.bind("get()", ["key", "default"], required: 1)
            return object.value(for: try interpreter.key(for: bound[0] ?? .none)) ?? bound[1] ?? .none
        }
        _ = try arguments.bind("\(name)()", [])
        switch name {
        case "items": return try interpreter.sequence(try DictFilters.pairs(of: object, interpreter), .items)
        case "keys": return try interpreter.sequence(object.keys, .keys)
        case "values": return try interpreter.sequence(object.values, .values)
        default: return .dict(object)
        }
    }
}
