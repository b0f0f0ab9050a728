/// Filters that work on the text of a value.
enum TextFilters {
    @Sendable static func trim(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("trim()", ["chars"])
        return try StringMethods.strip(
            try interpreter.text(of: value), bound[0], leading: true, trailing: true, with: interpreter)
    }

    @Sendable static func upper(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("upper()", [])
        return try StringMethods.changeCase(try interpreter.text(of: value), "upper", with: interpreter)
    }

    @Sendable static func lower(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("lower()", [])
        return try StringMethods.changeCase(try interpreter.text(of: value), "lower", with: interpreter)
    }

    @Sendable static func capitalize(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("capitalize()", [])
        return try StringMethods.changeCase(try interpreter.text(of: value), "capitalize", with: interpreter)
    }

    @Sendable static func title(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("title()", [])
        let text = try interpreter.text(of: value)
        try interpreter.charge(text.utf8.count)
        return try interpreter.string(LetterCase.titledAfterSeparators(text))
    }

    @Sendable static func replace(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("replace()", ["old", "new", "count"], required: 2)
        let count = try OptionalArgument.int(bound[2], "replace()")
        return try StringMethods.replace(
            try interpreter.text(of: value), try interpreter.text(of: bound[0] ?? .none),
            try interpreter.text(of: bound[1] ?? .none), count: count ?? -1, with: interpreter)
    }

    @Sendable static func indent(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("indent()", ["width", "first", "blank"])
        let indentation: String
        if case .string(let text)? = bound[0] {
            indentation = text
        } else {
            indentation = try interpreter.repeated(" ", try OptionalArgument.int(bound[0], "indent()") ?? 4)
        }
        let indentsFirst = bound[1]?.isTruthy ?? false
        let indentsBlank = bound[2]?.isTruthy ?? false
        var result = ""
        let text = try interpreter.text(of: value)
        try interpreter.account(bytes: 16 * text.utf8.count)
        // A newline at the end starts a line of its own here.
        let lines = StringMethods.lines(of: text + "\n", keepsEnds: false)
        for (index, line) in lines.enumerated() {
            if index > 0 { try interpreter.append("\n", to: &result) }
            let isIndented = index == 0 ? indentsFirst : indentsBlank || !line.isEmpty
            if isIndented { try interpreter.append(indentation, to: &result) }
            try interpreter.append(line, to: &result)
        }
        return .string(result)
    }

    @Sendable static func format(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        guard arguments.named.isEmpty || arguments.positional.isEmpty else {
            throw JinjaError(.type, "format() takes either positional or named arguments")
        }
        let text = try interpreter.text(of: value)
        if arguments.named.isEmpty {
            return try PercentFormat.format(
                text, try interpreter.sequence(arguments.positional, .tuple), with: interpreter)
        }
        var entries: [(key: Value, value: Value)] = []
        for (name, value) in arguments.named { entries.append((.string(name), value)) }
        return try PercentFormat.format(text, try interpreter.dict(entries), with: interpreter)
    }

    @Sendable static func escape(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("escape()", [])
        var result = ""
        for scalar in try interpreter.text(of: value).unicodeScalars {
            let piece =
                switch scalar {
                case "&": "&amp;"
                case "<": "&lt;"
                case ">": "&gt;"
                case "'": "&#39;"
                case "\"": "&#34;"
                default: String(scalar)
                }
            try interpreter.append(piece, to: &result)
        }
        return .string(result)
    }
}
