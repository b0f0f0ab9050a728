/// The methods of strings that templates may call.
enum StringMethods {
    static let names: Set<String> = [
        "capitalize", "count", "endswith", "find", "format", "index", "isalnum", "isalpha", "isdecimal", "isdigit",
        "islower", "isspace", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix",
        "removesuffix", "replace", "rfind", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines",
        "startswith", "strip", "title", "upper", "zfill",
    ]

    static func call(
        _ name: String, on text: String, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        try interpreter.charge(text.utf8.count / 32)
        switch name {
        case "upper", "lower", "title", "capitalize":
            _ = try arguments.bind("\(name)()", [])
            return try changeCase(text, name, with: interpreter)
        case "strip", "lstrip", "rstrip":
            let bound = try arguments.bind("\(name)()", ["chars"])
            return try strip(
                text, bound[0], leading: name != "rstrip", trailing: name != "lstrip", with: interpreter)
        case "split", "rsplit":
            let bound = try arguments.bind("\(name)()", ["sep", "maxsplit"])
            return try split(text, bound[0], bound[1], fromRight: name == "rsplit", with: interpreter)
        case "splitlines":
            let bound = try arguments.bind("splitlines()", ["keepends"])
            try interpreter.account(bytes: 16 * text.utf8.count)
            let lines = lines(of: text, keepsEnds: bound[0]?.isTruthy ?? false)
            return try interpreter.sequence(lines.map { .string($0) })
        case "replace":
            let bound = try arguments.bind("replace()", ["old", "new", "count"], required: 2)
            guard let old = try OptionalArgument.string(bound[0], "replace()"),
                let new = try OptionalArgument.string(bound[1], "replace()")
            else { throw JinjaError(.type, "replace() needs strings") }
            let count = try OptionalArgument.int(bound[2], "replace()") ?? -1
            return try replace(text, old, new, count: count, with: interpreter)
        case "join":
            let bound = try arguments.bind("join()", ["iterable"], required: 1)
            return try join(text, bound[0] ?? .none, with: interpreter)
        case "format": return try BraceFormat.format(text, arguments, with: interpreter)
        case "startswith", "endswith":
            let bound = try arguments.bind("\(name)()", ["prefix"], required: 1)
            return .bool(try hasAffix(text, bound[0] ?? .none, atStart: name == "startswith", with: interpreter))
        case "zfill", "ljust", "rjust": return try pad(text, name, arguments, with: interpreter)
        case "find", "rfind", "index", "count", "partition", "rpartition", "removeprefix", "removesuffix":
            return try search(name, in: text, arguments, with: interpreter)
        default:
            _ = try arguments.bind("\(name)()", [])
            return .bool(consists(text, name))
        }
    }

    static func changeCase(
        _ text: String, _ name: String, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        try interpreter.charge(text.utf8.count / (name == "title" ? 1 : 8))
        switch name {
        case "upper": return try interpreter.string(text.uppercased())
        case "lower": return try interpreter.string(text.lowercased())
        case "title": return try interpreter.string(LetterCase.titled(text))
        default: return try interpreter.string(LetterCase.capitalized(text))
        }
    }

    /// `isdigit` and the like.
    private static func consists(_ text: String, _ name: String) -> Bool {
        switch name {
        case "islower": return LetterCase.isLower(text)
        case "isupper": return LetterCase.isUpper(text)
        default: break
        }
        return !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                let type = scalar.properties.numericType
                switch name {
                case "isspace": return scalar.isPythonWhitespace
                case "isdecimal": return type == .decimal
                case "isdigit": return type == .decimal || type == .digit
                case "isalpha": return scalar.isLetter
                default: return scalar.isLetter || type != nil
                }
            }
    }

    static func strip(
        _ text: String, _ characters: Value?, leading: Bool, trailing: Bool, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        let set = try OptionalArgument.string(characters, "strip()")
        try interpreter.charge(((set?.utf8.count ?? 0) + text.utf8.count) / 16)
        return try interpreter.string(text.trimmed(of: set, leading: leading, trailing: trailing))
    }

    static func hasAffix(
        _ text: String, _ affix: Value, atStart: Bool, with interpreter: Interpreter
    ) throws(JinjaError) -> Bool {
        switch affix {
        case .string(let affix):
            try interpreter.charge(affix.utf8.count / 16)
            guard affix.utf8.count <= text.utf8.count else { return false }
            return atStart
                ? text.utf8.starts(with: affix.utf8)
                : text.utf8.suffix(affix.utf8.count).elementsEqual(affix.utf8)
        case .sequence(let object) where object.flavor == .tuple:
            for element in object.elements {
                guard case .string = element else { break }
                if try hasAffix(text, element, atStart: atStart, with: interpreter) { return true }
            }
            return false
        case .undefined(let message): throw JinjaError(.undefined, message)
        default: throw JinjaError(.type, "startswith() and endswith() need a string, not '\(affix.typeName)'")
        }
    }

    private static func join(
        _ separator: String, _ iterable: Value, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        var text = ""
        for (index, element) in try interpreter.elements(of: iterable).enumerated() {
            guard case .string(let piece) = element else {
                throw JinjaError(.type, "join(): expected strings, found '\(element.typeName)'")
            }
            try interpreter.charge(1)
            if index > 0 { try interpreter.append(separator, to: &text) }
            try interpreter.append(piece, to: &text)
        }
        return .string(text)
    }

    private static func pad(
        _ text: String, _ name: String, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("\(name)()", name == "zfill" ? ["width"] : ["width", "fillchar"], required: 1)
        let width = try OptionalArgument.int(bound[0], "\(name)()") ?? 0
        let fill = name == "zfill" ? "0" : try OptionalArgument.string(bound[1], "\(name)()") ?? " "
        guard fill.unicodeScalars.count == 1 else {
            throw JinjaError(.type, "the fill character must be exactly one character long")
        }
        let count = text.unicodeScalars.count
        let padding = width > count ? try interpreter.repeated(fill, width - count) : ""
        if name == "ljust" { return .string(text + padding) }
        guard name == "zfill", let sign = text.utf8.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") else {
            return .string(padding + text)
        }
        return .string(String(Unicode.Scalar(sign)) + padding + String(text.unicodeScalars.dropFirst()))
    }
}

extension Unicode.Scalar {
    fileprivate var isLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}
