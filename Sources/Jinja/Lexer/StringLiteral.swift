/// Python's escapes in string literals.
enum StringLiteral {
    /// Replaces escapes. Unknown ones keep their backslash, as in Python.
    static func unescape(_ content: String, at position: Position) throws(JinjaError) -> String {
        let scalars = Array(content.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "\\", index < scalars.count else {
                result.append(scalar)
                continue
            }
            let escape = scalars[index]
            index += 1
            switch escape {
            case "\n": break
            case "\\", "'", "\"": result.append(escape)
            case "a": result.append("\u{07}")
            case "b": result.append("\u{08}")
            case "f": result.append("\u{0C}")
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "t": result.append("\t")
            case "v": result.append("\u{0B}")
            case "0"..."7":
                index -= 1
                var value: UInt32 = 0
                var digits = 0
                while digits < 3, index < scalars.count, ("0"..."7").contains(scalars[index]) {
                    value = value * 8 + (scalars[index].value - 0x30)
                    index += 1
                    digits += 1
                }
                result.append(try Self.scalar(value, at: position))
            case "x", "u", "U":
                let length = escape == "x" ? 2 : escape == "u" ? 4 : 8
                guard index + length <= scalars.count else { throw truncated(at: position) }
                var value: UInt32 = 0
                for digit in scalars[index..<index + length] {
                    guard digit.isASCII, let bits = UInt8(digit.value).digit(in: 16) else {
                        throw truncated(at: position)
                    }
                    value = value << 4 | UInt32(bits)
                }
                index += length
                result.append(try Self.scalar(value, at: position))
            case "N":
                throw JinjaError(
                    .unsupported, "the string escape '\\N{...}'", line: position.line, column: position.column)
            default:
                result.append("\\")
                result.append(escape)
            }
        }
        return String(result)
    }

    private static func scalar(_ value: UInt32, at position: Position) throws(JinjaError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else {
            throw JinjaError(
                .unsupported, "a string escape for a surrogate or a value beyond Unicode", line: position.line,
                column: position.column)
        }
        return scalar
    }

    private static func truncated(at position: Position) -> JinjaError {
        JinjaError(.syntax, "malformed string escape", line: position.line, column: position.column)
    }
}
