/// Filters for dictionaries.
enum DictFilters {
    @Sendable static func items(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("items()", [])
        switch value {
        case .undefined: return try interpreter.generator([])
        case .dict(let object): return try interpreter.generator(try pairs(of: object, interpreter))
        default: throw JinjaError(.type, "Can only get item pairs from a mapping.")
        }
    }

    @Sendable static func dictsort(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("dictsort()", ["case_sensitive", "by", "reverse"])
        let caseSensitive = bound[0]?.isTruthy ?? false
        let isReversed = bound[2]?.isTruthy ?? false
        let by = try OptionalArgument.string(bound[1], "dictsort()") ?? "key"
        guard by == "key" || by == "value" else {
            throw JinjaError(.value, "You can only sort by either \"key\" or \"value\"")
        }
        guard case .dict(let object) = value else {
            if case .undefined(let message) = value { throw JinjaError(.undefined, message) }
            throw JinjaError(.type, "dictsort() needs a dictionary, not '\(value.typeName)'")
        }
        let pairs = try pairs(of: object, interpreter)
        var keys: [Value] = []
        for key in by == "key" ? object.keys : object.values {
            keys.append(try OrderFilters.fold(key, caseSensitive, interpreter))
        }
        let order = try interpreter.sorted(Array(keys.indices)) { a, b throws(JinjaError) in
            isReversed ? try interpreter.precedes(keys[b], keys[a]) : try interpreter.precedes(keys[a], keys[b])
        }
        return try interpreter.sequence(order.map { pairs[$0] })
    }

    static func pairs(of object: DictObject, _ interpreter: Interpreter) throws(JinjaError) -> [Value] {
        var pairs: [Value] = []
        for (key, value) in zip(object.keys, object.values) {
            pairs.append(try interpreter.sequence([key, value], .tuple))
        }
        return pairs
    }
}
