/// The methods of lists, tuples and ranges that templates may call.
enum ListMethods {
    static let names: Set<String> = ["copy", "count", "index"]
    /// What the immutable sandbox hides.
    static let forbidden: Set<String> = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]

    static func call(
        _ name: String, on object: SequenceObject, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        if name == "copy" {
            _ = try arguments.bind("copy()", [])
            return .sequence(object)
        }
        let searched = try arguments.bind("\(name)()", ["value"], required: 1)[0] ?? .none
        var count = 0
        for (index, element) in object.elements.enumerated() where try interpreter.equals(element, searched) {
            if name == "index" { return .int(index) }
            count += 1
        }
        if name == "index" { throw JinjaError(.value, "the value is not in the list") }
        return .int(count)
    }
}
