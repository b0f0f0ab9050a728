/// Splits a template into tokens and applies whitespace control on the way (`trim_blocks` and `lstrip_blocks` on,
/// one trailing newline dropped, all newlines turned into `\n`).
struct Lexer {
    var cursor: SourceCursor
    var tokens: [Token] = []
    /// Whether what was consumed last ended a line; a tag after only blanks then still starts its line.
    private var atLineStart = true

    static func tokens(of source: String, limits: JinjaLimits) throws(JinjaError) -> [Token] {
        guard source.utf8.count <= limits.sourceBytes else {
            throw JinjaError(.limit, "the template has more than \(limits.sourceBytes) bytes")
        }
        var lexer = Lexer(cursor: SourceCursor(source))
        try lexer.run()
        return lexer.tokens
    }

    private init(cursor: SourceCursor) { self.cursor = cursor }

    private enum TagSign {
        case strip
        case keep
        case plain
    }

    private mutating func run() throws(JinjaError) {
        while let opener = cursor.nextOpener() {
            let textStart = cursor.offset
            let textPosition = cursor.position
            cursor.advance(to: opener)
            let tagPosition = cursor.position
            let kind = cursor.byte(at: 1)
            cursor.advance(by: 2)
            if kind == UInt8(ascii: "%"), let raw = matchRawOpening() {
                addText(textStart..<opener, at: textPosition, before: raw.sign)
                cursor.advance(to: raw.end)
                atLineStart = cursor.endsLine
                try lexRaw(openedAt: tagPosition)
                continue
            }
            let sign = takeSign()
            // Blanks in front of a variable stay; in front of a block or comment `lstrip_blocks` drops them.
            let isVariable = kind == UInt8(ascii: "{")
            addText(textStart..<opener, at: textPosition, before: isVariable && sign == .plain ? .keep : sign)
            switch kind {
            case UInt8(ascii: "{"):
                tokens.append(Token(kind: .variableBegin, position: tagPosition))
                try lexExpression(until: "}}", openedAt: tagPosition)
            case UInt8(ascii: "%"):
                tokens.append(Token(kind: .blockBegin, position: tagPosition))
                try lexExpression(until: "%}", openedAt: tagPosition)
            default:
                try skipComment(openedAt: tagPosition)
            }
            atLineStart = cursor.endsLine
        }
        if !cursor.isAtEnd {
            let position = cursor.position
            let rest = cursor.offset..<cursor.count
            cursor.advance(to: cursor.count)
            tokens.append(Token(kind: .data(cursor.text(rest)), position: position))
        }
        tokens.append(Token(kind: .end, position: cursor.position))
    }

    private mutating func takeSign() -> TagSign {
        switch cursor.byte(at: 0) {
        case UInt8(ascii: "-"):
            cursor.advance(by: 1)
            return .strip
        case UInt8(ascii: "+"):
            cursor.advance(by: 1)
            return .keep
        default:
            return .plain
        }
    }

    private mutating func addText(_ range: Range<Int>, at position: Position, before sign: TagSign) {
        var text = cursor.text(range)
        switch sign {
        case .keep: break
        case .strip: text = text.trimmed(of: nil, leading: false)
        case .plain:
            let lineStart = text.utf8.lastIndex(of: UInt8(ascii: "\n")).map { text.utf8.index(after: $0) }
            if (lineStart != nil || atLineStart)
                && text[(lineStart ?? text.startIndex)...].unicodeScalars.allSatisfy(\.isPythonWhitespace)
            {
                text = String(text[..<(lineStart ?? text.startIndex)])
            }
        }
        if !text.isEmpty { tokens.append(Token(kind: .data(text), position: position)) }
    }

    /// At the end of a tag: `-` in front of the delimiter eats the whitespace that follows; without sign one newline
    /// goes after blocks and comments.
    private func endOfTag(_ delimiter: StaticString, from start: Int, trimsNewline: Bool) -> Int? {
        var offset = start
        let sign = cursor.byte(atOffset: offset)
        if sign == UInt8(ascii: "-") || (sign == UInt8(ascii: "+") && trimsNewline) { offset += 1 }
        guard cursor.matches(delimiter, atOffset: offset) else { return nil }
        offset += 2
        if sign == UInt8(ascii: "-") { return cursor.skippingWhitespace(from: offset) }
        if trimsNewline && offset == start + 2 && cursor.byte(atOffset: offset) == UInt8(ascii: "\n") { offset += 1 }
        return offset
    }

    // MARK: Comments and raw blocks

    private mutating func skipComment(openedAt position: Position) throws(JinjaError) {
        var offset = cursor.offset
        while offset < cursor.count {
            if let end = endOfTag("#}", from: offset, trimsNewline: true) {
                cursor.advance(to: end)
                return
            }
            offset += 1
        }
        throw JinjaError(.syntax, "missing end of comment", line: position.line, column: position.column)
    }

    private func matchRawOpening() -> (sign: TagSign, end: Int)? {
        var offset = cursor.offset
        var sign = TagSign.plain
        if cursor.byte(atOffset: offset) == UInt8(ascii: "-") {
            sign = .strip
            offset += 1
        } else if cursor.byte(atOffset: offset) == UInt8(ascii: "+") {
            sign = .keep
            offset += 1
        }
        offset = cursor.skippingWhitespace(from: offset)
        guard cursor.matches("raw", atOffset: offset) else { return nil }
        offset = cursor.skippingWhitespace(from: offset + 3)
        if cursor.matches("%}", atOffset: offset) { return (sign, offset + 2) }
        guard cursor.matches("-%}", atOffset: offset) else { return nil }
        return (sign, cursor.skippingWhitespace(from: offset + 3))
    }

    private mutating func lexRaw(openedAt position: Position) throws(JinjaError) {
        let start = cursor.offset
        let textPosition = cursor.position
        var offset = start
        while offset < cursor.count {
            guard cursor.matches("{%", atOffset: offset) else {
                offset += 1
                continue
            }
            var inner = offset + 2
            var sign = TagSign.plain
            if cursor.byte(atOffset: inner) == UInt8(ascii: "-") {
                sign = .strip
                inner += 1
            } else if cursor.byte(atOffset: inner) == UInt8(ascii: "+") {
                sign = .keep
                inner += 1
            }
            inner = cursor.skippingWhitespace(from: inner)
            if cursor.matches("endraw", atOffset: inner),
                let end = endOfTag("%}", from: cursor.skippingWhitespace(from: inner + 6), trimsNewline: true)
            {
                addText(start..<offset, at: textPosition, before: sign)
                cursor.advance(to: end)
                atLineStart = cursor.endsLine
                return
            }
            offset += 2
        }
        throw JinjaError(.syntax, "missing end of raw block", line: position.line, column: position.column)
    }

    // MARK: Inside of tags

    private mutating func lexExpression(
        until delimiter: StaticString, openedAt opening: Position
    ) throws(JinjaError) {
        let isBlock = delimiter.utf8Start[0] == UInt8(ascii: "%")
        var open: [Token.Symbol] = []
        while true {
            if open.isEmpty, let end = endOfTag(delimiter, from: cursor.offset, trimsNewline: isBlock) {
                tokens.append(Token(kind: isBlock ? .blockEnd : .variableEnd, position: cursor.position))
                cursor.advance(to: end)
                return
            }
            let afterBlanks = cursor.skippingWhitespace(from: cursor.offset)
            if afterBlanks > cursor.offset {
                cursor.advance(to: afterBlanks)
                continue
            }
            guard !cursor.isAtEnd else {
                throw JinjaError(
                    .syntax, "missing end of tag", line: opening.line, column: opening.column)
            }
            let token = try nextToken()
            if case .symbol(let symbol) = token.kind { try track(symbol, in: &open, at: token.position) }
            tokens.append(token)
        }
    }

    private func track(_ symbol: Token.Symbol, in open: inout [Token.Symbol], at position: Position) throws(JinjaError)
    {
        switch symbol {
        case .leftBrace: open.append(.rightBrace)
        case .leftBracket: open.append(.rightBracket)
        case .leftParenthesis: open.append(.rightParenthesis)
        case .rightBrace, .rightBracket, .rightParenthesis:
            guard open.popLast() == symbol else {
                throw JinjaError(
                    .syntax, "unexpected '\(symbol.rawValue)'", line: position.line, column: position.column)
            }
        default: break
        }
    }
}
