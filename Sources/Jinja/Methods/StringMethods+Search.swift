extension StringMethods {
    /// The methods that look for another string.
    static func search(
        _ name: String, in text: String, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("\(name)()", ["sub", "start", "end"], required: 1)
        guard bound[1] == nil, bound[2] == nil else {
            throw JinjaError(.unsupported, "\(name)() with a start or an end")
        }
        guard let part = try OptionalArgument.string(bound[0], "\(name)()") else {
            throw JinjaError(.type, "\(name)() needs a string")
        }
        if name == "removeprefix" || name == "removesuffix" {
            let atStart = name == "removeprefix"
            guard try hasAffix(text, .string(part), atStart: atStart, with: interpreter) else { return .string(text) }
            let rest = atStart ? text.utf8.dropFirst(part.utf8.count) : text.utf8.dropLast(part.utf8.count)
            return try interpreter.string(String(Substring(rest)))
        }
        let bytes = Array(text.utf8)
        let search = try TextSearch(part, with: interpreter)
        switch name {
        case "find", "index":
            guard let offset = part.isEmpty ? 0 : try search.occurrences(in: bytes, limit: 1).first else {
                if name == "find" { return .int(-1) }
                throw JinjaError(.value, "substring not found")
            }
            return .int(scalarCount(bytes[..<offset]))
        case "rfind":
            if part.isEmpty { return .int(scalarCount(bytes[...])) }
            guard let offset = try search.occurrencesFromRight(in: bytes, limit: 1).first else { return .int(-1) }
            return .int(scalarCount(bytes[..<offset]))
        case "count":
            return .int(part.isEmpty ? scalarCount(bytes[...]) + 1 : try search.occurrences(in: bytes).count)
        default:
            let fromLeft = name == "partition"
            guard !part.isEmpty else { throw JinjaError(.value, "empty separator") }
            let offsets =
                fromLeft
                ? try search.occurrences(in: bytes, limit: 1)
                : try search.occurrencesFromRight(in: bytes, limit: 1)
            guard let offset = offsets.first else {
                let empty = Value.string("")
                let whole = Value.string(text)
                return try interpreter.sequence(fromLeft ? [whole, empty, empty] : [empty, empty, whole], .tuple)
            }
            let parts = [
                try interpreter.string(string(bytes[..<offset])), Value.string(part),
                try interpreter.string(string(bytes[(offset + search.length)...])),
            ]
            return try interpreter.sequence(parts, .tuple)
        }
    }

    static func replace(
        _ text: String, _ old: String, _ new: String, count: Int, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        let limit = count < 0 ? Int.max : count
        var result = ""
        if old.isEmpty {
            // Between all scalars and at both ends.
            var replaced = 0
            for scalar in text.unicodeScalars {
                if replaced < limit {
                    try interpreter.append(new, to: &result)
                    replaced += 1
                }
                try interpreter.append(String(scalar), to: &result)
            }
            if replaced < limit { try interpreter.append(new, to: &result) }
            return .string(result)
        }
        let bytes = Array(text.utf8)
        var position = 0
        for offset in try TextSearch(old, with: interpreter).occurrences(in: bytes, limit: limit) {
            try interpreter.append(string(bytes[position..<offset]), to: &result)
            try interpreter.append(new, to: &result)
            position = offset + old.utf8.count
        }
        try interpreter.append(string(bytes[position...]), to: &result)
        return .string(result)
    }

    // MARK: Splitting

    static func split(
        _ text: String, _ separator: Value?, _ most: Value?, fromRight: Bool, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        let count = try OptionalArgument.int(most, "split()") ?? -1
        let limit = count < 0 ? Int.max : count
        try interpreter.account(bytes: text.utf8.count)
        guard let separator = try OptionalArgument.string(separator, "split()") else {
            let words = fromRight ? wordsFromRight(text, limit) : words(text, limit)
            return try interpreter.sequence(words.map { .string($0) })
        }
        guard !separator.isEmpty else { throw JinjaError(.value, "empty separator") }
        let bytes = Array(text.utf8)
        let search = try TextSearch(separator, with: interpreter)
        let offsets =
            fromRight
            ? try search.occurrencesFromRight(in: bytes, limit: limit)
            : try search.occurrences(in: bytes, limit: limit)
        var parts: [Value] = []
        var position = 0
        for offset in offsets {
            parts.append(.string(string(bytes[position..<offset])))
            position = offset + search.length
        }
        parts.append(.string(string(bytes[position...])))
        return try interpreter.sequence(parts)
    }

    /// Words between runs of whitespace; what is left after `limit` splits keeps its trailing whitespace.
    private static func words(_ text: String, _ limit: Int) -> [String] {
        var words: [String] = []
        var rest = text.unicodeScalars[...].drop(while: \.isPythonWhitespace)
        while !rest.isEmpty {
            if words.count >= limit {
                words.append(String(Substring(rest)))
                break
            }
            let word = rest.prefix { !$0.isPythonWhitespace }
            words.append(String(Substring(word)))
            rest = rest[word.endIndex...].drop(while: \.isPythonWhitespace)
        }
        return words
    }

    private static func wordsFromRight(_ text: String, _ limit: Int) -> [String] {
        let mirrored = String(String.UnicodeScalarView(text.unicodeScalars.reversed()))
        return words(mirrored, limit).map { String(String.UnicodeScalarView($0.unicodeScalars.reversed())) }.reversed()
    }

    /// `str.splitlines`: a line break at the end starts no further line.
    static func lines(of text: String, keepsEnds: Bool) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            if afterReturn {
                afterReturn = false
                if scalar == "\n" {
                    if keepsEnds, let last = lines.popLast() { lines.append(last + "\n") }
                    continue
                }
            }
            guard scalar.isPythonLineBreak else {
                line.append(scalar)
                continue
            }
            if keepsEnds { line.append(scalar) }
            lines.append(String(line))
            line = String.UnicodeScalarView()
            afterReturn = scalar == "\r"
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    private static func string(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 & 0xC0 != 0x80 }
    }
}
