extension Lexer {
    /// The token at the cursor, which is at neither a blank nor the end.
    mutating func nextToken() throws(JinjaError) -> Token {
        let position = cursor.position
        let byte = cursor.byte(at: 0)
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
            return Token(kind: .string(try lexString(quote: byte)), position: position)
        }
        if byte.isDigit { return Token(kind: try lexNumber(), position: position) }
        if byte.isWord { return Token(kind: .name(lexWord()), position: position) }
        for symbol in Token.Symbol.allCases {
            let spelling = symbol.rawValue.utf8
            if spelling.elementsEqual([byte, cursor.byte(at: 1)].prefix(spelling.count)) {
                cursor.advance(by: spelling.count)
                return Token(kind: .symbol(symbol), position: position)
            }
        }
        throw JinjaError(
            .syntax, "unexpected character '\(Unicode.Scalar(byte))'", line: position.line, column: position.column)
    }

    private mutating func lexWord() -> String {
        let start = cursor.offset
        var end = start
        while cursor.byte(atOffset: end).isWord { end += 1 }
        cursor.advance(to: end)
        return cursor.text(start..<end)
    }

    // MARK: Numbers

    private mutating func lexNumber() throws(JinjaError) -> Token.Kind {
        let position = cursor.position
        let start = cursor.offset
        let afterDot = start > 0 && cursor.byte(atOffset: start - 1) == UInt8(ascii: ".")
        if !afterDot, let end = endOfFloat(from: start) {
            let spelling = cursor.text(start..<end).filter { $0 != "_" }
            cursor.advance(to: end)
            guard let value = Double(spelling) else {
                throw JinjaError(.syntax, "malformed number", line: position.line, column: position.column)
            }
            return .float(value)
        }
        var radix = 10
        var digitsStart = start
        if cursor.byte(atOffset: start) == UInt8(ascii: "0") {
            switch cursor.byte(atOffset: start + 1) | 0x20 {
            case UInt8(ascii: "b"): radix = 2
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "x"): radix = 16
            default: break
            }
            if radix != 10 { digitsStart += 2 }
        }
        var end = digitsStart
        while true {
            let byte = cursor.byte(atOffset: end)
            if byte == UInt8(ascii: "_") && end > start && cursor.byte(atOffset: end + 1).digit(in: radix) != nil {
                end += 1
            } else if byte.digit(in: radix) != nil {
                end += 1
            } else {
                break
            }
        }
        let digits = cursor.text(digitsStart..<end).filter { $0 != "_" }
        let isPlain = radix != 10 || !digits.hasPrefix("0") || digits.allSatisfy { $0 == "0" }
        guard !digits.isEmpty, isPlain else {
            throw JinjaError(.syntax, "malformed number", line: position.line, column: position.column)
        }
        guard let value = Int(digits, radix: radix) else {
            throw JinjaError(
                .unsupported, "an integer beyond 64 bits", line: position.line, column: position.column)
        }
        cursor.advance(to: end)
        return .integer(value)
    }

    /// Where a float that starts here ends, or nil when it is not a float.
    private func endOfFloat(from start: Int) -> Int? {
        guard var end = endOfDigits(from: start) else { return nil }
        var isFloat = false
        if cursor.byte(atOffset: end) == UInt8(ascii: "."), let fraction = endOfDigits(from: end + 1) {
            end = fraction
            isFloat = true
        }
        if cursor.byte(atOffset: end) | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            let sign = cursor.byte(atOffset: exponent)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { exponent += 1 }
            if let exponentEnd = endOfDigits(from: exponent) {
                end = exponentEnd
                isFloat = true
            }
        }
        return isFloat ? end : nil
    }

    /// Digits with single underscores between them.
    private func endOfDigits(from start: Int) -> Int? {
        guard cursor.byte(atOffset: start).isDigit else { return nil }
        var end = start + 1
        while true {
            let byte = cursor.byte(atOffset: end)
            if byte.isDigit || (byte == UInt8(ascii: "_") && cursor.byte(atOffset: end + 1).isDigit) {
                end += 1
            } else {
                return end
            }
        }
    }

    // MARK: Strings

    private mutating func lexString(quote: UInt8) throws(JinjaError) -> String {
        let position = cursor.position
        var end = cursor.offset + 1
        var hasEscape = false
        while end < cursor.count && cursor.byte(atOffset: end) != quote {
            if cursor.byte(atOffset: end) == UInt8(ascii: "\\") {
                hasEscape = true
                end += 1
            }
            end += 1
        }
        guard end < cursor.count else {
            throw JinjaError(.syntax, "string without end", line: position.line, column: position.column)
        }
        let content = cursor.text(cursor.offset + 1..<end)
        cursor.advance(to: end + 1)
        return hasEscape ? try StringLiteral.unescape(content, at: position) : content
    }
}

extension UInt8 {
    var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

    /// Letters, digits, underscore, and every byte of a non-ASCII scalar.
    var isWord: Bool {
        isDigit || (UInt8(ascii: "a") <= self | 0x20 && self | 0x20 <= UInt8(ascii: "z")) || self == UInt8(ascii: "_")
            || self >= 0x80
    }

    func digit(in radix: Int) -> Int? {
        let value: Int
        if isDigit {
            value = Int(self) - 0x30
        } else if UInt8(ascii: "a") <= self | 0x20 && self | 0x20 <= UInt8(ascii: "z") {
            value = Int(self | 0x20) - 0x61 + 10
        } else {
            return nil
        }
        return value < radix ? value : nil
    }
}
