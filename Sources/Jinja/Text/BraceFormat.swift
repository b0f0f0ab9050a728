/// Python's `str.format` with `{}`, `{0}` and `{name}`; format specifications and attribute access are left out.
enum BraceFormat {
    static func format(
        _ format: String, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        let scalars = Array(format.unicodeScalars)
        try interpreter.account(bytes: 4 * scalars.count)
        var output = ""
        var literal = String.UnicodeScalarView()
        var next = 0
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "{" || scalar == "}" else {
                literal.append(scalar)
                continue
            }
            if index < scalars.count, scalars[index] == scalar {
                literal.append(scalar)
                index += 1
                continue
            }
            guard scalar == "{", let close = scalars[index...].firstIndex(of: "}") else {
                throw JinjaError(.value, "single '\(scalar)' encountered in format string")
            }
            let field = String(String.UnicodeScalarView(scalars[index..<close]))
            index = close + 1
            try interpreter.append(String(literal), to: &output)
            literal = String.UnicodeScalarView()
            let value = try self.value(of: field, arguments, &next)
            try interpreter.append(try interpreter.text(of: value), to: &output)
        }
        try interpreter.append(String(literal), to: &output)
        return .string(output)
    }

    private static func value(
        of field: String, _ arguments: Arguments, _ next: inout Int
    ) throws(JinjaError) -> Value {
        guard field.utf8.allSatisfy(\.isWord) else {
            throw JinjaError(.unsupported, "the format field '{\(field)}'")
        }
        if field.isEmpty || field.utf8.allSatisfy(\.isDigit) {
            let index = field.isEmpty ? next : Int(field) ?? .max
            if field.isEmpty { next += 1 }
            guard index < arguments.positional.count else {
                throw JinjaError(.value, "the format needs more arguments than the call has")
            }
            return arguments.positional[index]
        }
        guard let value = arguments.named.first(where: { $0.name == field })?.value else {
            throw JinjaError(.value, "the format needs an argument '\(field)'")
        }
        return value
    }
}
