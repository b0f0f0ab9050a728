/// `tojson` as `transformers` defines it: Python's `json.dumps` without escaping for HTML.
struct JSONText {
    var escapesNonASCII = false
    /// What one level of indentation is; nil writes everything on one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false

    func write(
        _ value: Value, to text: inout String, level: Int = 0, with interpreter: Interpreter
    ) throws(JinjaError) {
        try interpreter.charge(1)
        switch value {
        case .none: try interpreter.append("null", to: &text)
        case .bool(let flag): try interpreter.append(flag ? "true" : "false", to: &text)
        case .int(let number): try interpreter.append(String(number), to: &text)
        case .double(let number): try interpreter.append(Self.number(number), to: &text)
        case .string(let content): try interpreter.append(quoted(content), to: &text)
        case .sequence(let object) where object.flavor == .list || object.flavor == .tuple:
            try write(object, to: &text, level: level, with: interpreter)
        case .dict(let object): try write(object, to: &text, level: level, with: interpreter)
        default:
            throw JinjaError(.type, "an object of type \(value.typeName) is not JSON serializable")
        }
    }

    private func write(
        _ object: SequenceObject, to text: inout String, level: Int, with interpreter: Interpreter
    ) throws(JinjaError) {
        guard !object.elements.isEmpty else { return try interpreter.append("[]", to: &text) }
        try interpreter.descend()
        defer { interpreter.ascend() }
        try interpreter.append("[", to: &text)
        for (index, element) in object.elements.enumerated() {
            if index > 0 { try interpreter.append(itemSeparator, to: &text) }
            try startLine(level + 1, &text, interpreter)
            try write(element, to: &text, level: level + 1, with: interpreter)
        }
        try startLine(level, &text, interpreter)
        try interpreter.append("]", to: &text)
    }

    private func write(
        _ object: DictObject, to text: inout String, level: Int, with interpreter: Interpreter
    ) throws(JinjaError) {
        guard !object.keys.isEmpty else { return try interpreter.append("{}", to: &text) }
        try interpreter.descend()
        defer { interpreter.ascend() }
        var order = Array(object.keys.indices)
        if sortsKeys {
            order = try interpreter.sorted(order) { a, b throws(JinjaError) in
                try interpreter.precedes(object.keys[a], object.keys[b])
            }
        }
        try interpreter.append("{", to: &text)
        for (place, index) in order.enumerated() {
            if place > 0 { try interpreter.append(itemSeparator, to: &text) }
            try startLine(level + 1, &text, interpreter)
            try interpreter.append(quoted(try Self.name(object.keys[index])), to: &text)
            try interpreter.append(keySeparator, to: &text)
            try write(object.values[index], to: &text, level: level + 1, with: interpreter)
        }
        try startLine(level, &text, interpreter)
        try interpreter.append("}", to: &text)
    }

    private func startLine(_ level: Int, _ text: inout String, _ interpreter: Interpreter) throws(JinjaError) {
        guard let indent else { return }
        try interpreter.append("\n", to: &text)
        for _ in 0..<level { try interpreter.append(indent, to: &text) }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return FloatText.shortest(value)
    }

    private static func name(_ key: Value) throws(JinjaError) -> String {
        switch key {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let value): number(value)
        case .bool(let flag): flag ? "true" : "false"
        case .none: "null"
        default: throw JinjaError(.type, "keys in JSON must be strings or numbers, not \(key.typeName)")
        }
    }

    private func quoted(_ content: String) -> String {
        var result = String.UnicodeScalarView()
        result.append("\"")
        for scalar in content.unicodeScalars {
            switch scalar {
            case "\"": result.append(contentsOf: "\\\"".unicodeScalars)
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case "\u{08}": result.append(contentsOf: "\\b".unicodeScalars)
            case "\u{0C}": result.append(contentsOf: "\\f".unicodeScalars)
            default:
                if scalar.value < 0x20 || (escapesNonASCII && scalar.value > 0x7E) {
                    for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                        let digits = String(unit, radix: 16)
                        let escape = "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                        result.append(contentsOf: escape.unicodeScalars)
                    }
                } else {
                    result.append(scalar)
                }
            }
        }
        result.append("\"")
        return String(result)
    }
}
