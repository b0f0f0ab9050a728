/// The argument `attribute` of filters: `"a.b.0"` or an index, looked up one part after the other.
struct AttributePath {
    private let parts: [Value]

    init(_ value: Value) throws(JinjaError) {
        switch value {
        case .string(let text):
            var parts: [Value] = []
            for part in text.split(separator: ".", omittingEmptySubsequences: false) {
                let isIndex = !part.isEmpty && part.utf8.allSatisfy(\.isDigit)
                parts.append(isIndex ? Int(part).map { .int($0) } ?? .string(String(part)) : .string(String(part)))
            }
            self.parts = parts
        case .int: parts = [value]
        default: throw JinjaError(.type, "an attribute must be named by a string or an integer")
        }
    }

    /// The value found; missing parts are undefined, or `fallback` where that is given.
    func value(in value: Value, _ interpreter: Interpreter, fallback: Value? = nil) throws(JinjaError) -> Value {
        var value = value
        for part in parts {
            try interpreter.charge(1)
            value = try interpreter.item(part, of: value)
            if value.isUndefined, let fallback { value = fallback }
        }
        return value
    }
}
