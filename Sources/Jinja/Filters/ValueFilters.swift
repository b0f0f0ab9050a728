/// Filters for any value.
enum ValueFilters {
    @Sendable static func defaultValue(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("default()", ["default_value", "boolean"])
        let fallback = bound[0] ?? .string("")
        if value.isUndefined { return fallback }
        return bound[1]?.isTruthy == true && !value.isTruthy ? fallback : value
    }

    @Sendable static func string(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("string()", [])
        return .string(try interpreter.text(of: value))
    }

    @Sendable static func toJSON(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("tojson()", ["ensure_ascii", "indent", "separators", "sort_keys"])
        var writer = JSONText()
        writer.escapesNonASCII = bound[0]?.isTruthy ?? false
        switch bound[1] {
        case nil, .some(.none): break
        case .int(let width):
            writer.indent = try interpreter.repeated(" ", width)
            writer.itemSeparator = ","
        case .string(let text):
            writer.indent = text
            writer.itemSeparator = ","
        case .bool(let flag):
            writer.indent = flag ? " " : ""
            writer.itemSeparator = ","
        case .some(let other): throw JinjaError(.type, "tojson() cannot indent by '\(other.typeName)'")
        }
        if case .sequence(let pair)? = bound[2] {
            guard pair.elements.count == 2, case .string(let item) = pair.elements[0],
                case .string(let key) = pair.elements[1]
            else { throw JinjaError(.type, "tojson() needs two separators") }
            writer.itemSeparator = item
            writer.keySeparator = key
        }
        writer.sortsKeys = bound[3]?.isTruthy ?? false
        var text = ""
        try writer.write(value, to: &text, with: interpreter)
        return .string(text)
    }
}
