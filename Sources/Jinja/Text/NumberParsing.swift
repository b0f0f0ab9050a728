/// Python's readers of numbers in strings.
enum NumberParsing {
    /// `int(text, base)`: surrounding whitespace, a sign, a prefix that fits the base, underscores between digits.
    static func int(_ text: String, base: Int) throws(JinjaError) -> Int? {
        guard base == 0 || (2...36).contains(base) else {
            throw JinjaError(.value, "int() base must be 0 or from 2 to 36")
        }
        var rest = text.trimmed(of: nil).utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var radix = base == 0 ? 10 : base
        if rest.first == UInt8(ascii: "0"), let mark = rest.dropFirst().first {
            let implied: Int? =
                switch mark | 0x20 {
                case UInt8(ascii: "x"): 16
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "b"): 2
                default: nil
                }
            if let implied, base == 0 || base == implied {
                radix = implied
                rest = rest.dropFirst(2)
                if rest.first == UInt8(ascii: "_") { rest = rest.dropFirst() }
            }
        }
        guard let digits = withoutUnderscores(rest), digits.allSatisfy({ $0.digit(in: radix) != nil }) else {
            return nil
        }
        let sign = isNegative ? "-" : ""
        guard let value = Int(sign + String(decoding: digits, as: UTF8.self), radix: radix) else {
            throw Interpreter.overflow
        }
        return value
    }

    /// `float(text)`.
    static func double(_ text: String) -> Double? {
        let trimmed = text.trimmed(of: nil).utf8[...]
        var rest = trimmed
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let isNegative = trimmed.first == UInt8(ascii: "-")
        switch String(Substring(rest)).lowercased() {
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        case "nan": return .nan
        default: break
        }
        guard let first = rest.first, first.isDigit || first == UInt8(ascii: "."), let last = rest.last else {
            return nil
        }
        guard last.isDigit || last == UInt8(ascii: ".") else { return nil }
        guard rest.contains(where: \.isDigit), let plain = withoutUnderscores(rest) else { return nil }
        let allowed = plain.allSatisfy { $0.isDigit || ".eE+-".utf8.contains($0) }
        var spelling = String(decoding: plain, as: UTF8.self)
        if spelling.hasPrefix(".") { spelling = "0" + spelling }
        if spelling.hasSuffix(".") { spelling += "0" }
        spelling = spelling.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            .joined(separator: ".")
        if let dot = spelling.utf8.firstIndex(of: UInt8(ascii: ".")) {
            // Python takes "1.e5", which Swift does not.
            let next = spelling.utf8.index(after: dot)
            if next < spelling.endIndex, spelling.utf8[next] | 0x20 == UInt8(ascii: "e") {
                spelling.insert("0", at: next)
            }
        }
        guard allowed, let value = Double(spelling) else { return nil }
        return isNegative ? -value : value
    }

    /// Digits without the single underscores that stand between them; nil when one stands elsewhere, or nothing does.
    private static func withoutUnderscores(_ text: Substring.UTF8View) -> [UInt8]? {
        var result: [UInt8] = []
        var previous: UInt8?
        for byte in text {
            if byte == UInt8(ascii: "_") {
                guard let previous, previous != byte, previous.isWord else { return nil }
            } else {
                if previous == UInt8(ascii: "_"), !byte.isWord { return nil }
                result.append(byte)
            }
            previous = byte
        }
        return result.isEmpty || previous == UInt8(ascii: "_") ? nil : result
    }
}
