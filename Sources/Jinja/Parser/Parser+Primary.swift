extension Parser {
    /// Expressions separated by commas make a tuple, one without comma stands for itself.
    mutating func parseTuple(
        allowsConditional: Bool = true, endsBefore extraEnd: String? = nil, inParentheses: Bool = false
    ) throws(JinjaError) -> Expression {
        var items: [Expression] = []
        var isTuple = false
        while !isTupleEnd(extraEnd) {
            items.append(try parseExpression(allowsConditional: allowsConditional))
            guard skip(.comma) else { break }
            isTuple = true
        }
        if isTuple { return .tuple(items) }
        if let only = items.first { return only }
        guard inParentheses else { throw unexpected("an expression") }
        return .tuple([])
    }

    private func isTupleEnd(_ extraEnd: String?) -> Bool {
        switch token().kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == extraEnd
        default: false
        }
    }

    mutating func parsePrimary() throws(JinjaError) -> Expression {
        switch token().kind {
        case .name(let name):
            return try parseNameOrConstant(name)
        case .string(var text):
            advance()
            while case .string(let more) = token().kind {
                text += more
                advance()
            }
            return .literal(.string(text))
        case .integer(let value):
            advance()
            return .literal(.int(value))
        case .float(let value):
            advance()
            return .literal(.double(value))
        case .symbol(.leftParenthesis):
            advance()
            let inner = try parseTuple(inParentheses: true)
            try expect(.rightParenthesis)
            return inner
        case .symbol(.leftBracket): return try parseList()
        case .symbol(.leftBrace): return try parseDict()
        default: throw unexpected("an expression")
        }
    }

    private mutating func parseNameOrConstant(_ name: String) throws(JinjaError) -> Expression {
        let start = position
        advance()
        switch name {
        case "true", "True": return .literal(.bool(true))
        case "false", "False": return .literal(.bool(false))
        case "none", "None": return .literal(.none)
        case "and", "or", "if", "else", "in", "is", "not", "elif":
            throw failure(.syntax, "expected an expression, found '\(name)'", at: start)
        case "cycler", "joiner", "lipsum":
            if isSymbol(.leftParenthesis) { throw failure(.unsupported, "the function '\(name)'", at: start) }
        case "varargs", "kwargs", "caller":
            for level in specialNames.indices { specialNames[level].insert(name) }
        default: break
        }
        return .name(name)
    }

    private mutating func parseList() throws(JinjaError) -> Expression {
        try expect(.leftBracket)
        var items: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.rightBracket) { break }
            items.append(try parseExpression())
        }
        try expect(.rightBracket)
        return .list(items)
    }

    private mutating func parseDict() throws(JinjaError) -> Expression {
        try expect(.leftBrace)
        var entries: [DictEntry] = []
        while !isSymbol(.rightBrace) {
            if !entries.isEmpty { try expect(.comma) }
            if isSymbol(.rightBrace) { break }
            let key = try parseExpression()
            try expect(.colon)
            entries.append(DictEntry(key: key, value: try parseExpression()))
        }
        try expect(.rightBrace)
        return .dict(entries)
    }
}
