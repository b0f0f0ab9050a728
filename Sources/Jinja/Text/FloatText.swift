/// Python's ways to write a float.
enum FloatText {
    /// `repr`: the shortest digits that read back as the same value; an exponent below 1e-4 and from 1e16 on.
    static func shortest(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
        let (digits, point) = shortestDigits(value.magnitude)
        let sign = value < 0 ? "-" : ""
        let exponent = point - 1
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let size = String(exponent.magnitude)
            return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+")
                + (size.utf8.count < 2 ? "0" : "") + size
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// The digits of Swift's shortest description without zeros around them, and how many stand before the point.
    private static func shortestDigits(_ value: Double) -> (digits: String, point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var bytes = Array(value.description.utf8)[...]
        if let mark = bytes.firstIndex(of: UInt8(ascii: "e")) {
            let text = String(decoding: bytes[(mark + 1)...], as: UTF8.self)
            exponent = Int(text.hasPrefix("+") ? String(text.dropFirst()) : text) ?? 0
            bytes = bytes[..<mark]
        }
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                point = digits.count
            } else {
                digits.append(byte)
            }
        }
        var before = (point ?? digits.count) + exponent
        let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(zeros)
        before -= zeros
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (String(decoding: digits, as: UTF8.self), before)
    }

    /// The most decimals ``fixed(_:decimals:)`` writes; no double needs more.
    static let mostDecimals = 1_100

    /// `'%.nf'`: correctly rounded, ties to even, from the exact decimal expansion.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return shortest(value) }
        let decimals = min(max(decimals, 0), mostDecimals)
        var (digits, fraction) = exactDigits(value.magnitude)
        if fraction > decimals {
            let dropped = digits.suffix(fraction - decimals)
            let half = dropped.first ?? 0
            let isTie = half == 5 && dropped.dropFirst().allSatisfy { $0 == 0 }
            digits.removeLast(fraction - decimals)
            if half > 5 || (half == 5 && (!isTie || (digits.last ?? 0) % 2 == 1)) { increment(&digits) }
        } else {
            digits += Array(repeating: 0, count: decimals - fraction)
        }
        let text = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
        let sign = value.sign == .minus ? "-" : ""
        return decimals == 0 ? sign + text : sign + text.dropLast(decimals) + "." + text.suffix(decimals)
    }

    private static func increment(_ digits: inout [UInt8]) {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
    }

    /// All decimal digits of a finite value, at least one before the point, and how many follow the point.
    private static func exactDigits(_ value: Double) -> (digits: [UInt8], fraction: Int) {
        // value = significand · 2^exponent; with a negative exponent e that is significand · 5^-e / 10^-e.
        let isNormal = value.exponentBitPattern != 0
        let significand = value.significandBitPattern | (isNormal ? 1 << 52 : 0)
        var exponent = Int(isNormal ? value.exponentBitPattern : 1) - 1_075
        let base: UInt64 = 1_000_000_000
        var limbs = [significand % base, significand / base % base, significand / base / base]
        func multiply(by factor: UInt64) {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * factor + carry
                limbs[index] = product % base
                carry = product / base
            }
            if carry > 0 { limbs.append(carry) }
        }
        let fraction = max(0, -exponent)
        if exponent >= 0 {
            for _ in 0..<exponent { multiply(by: 2) }
        } else {
            while exponent < 0 {
                let step = min(12, -exponent)
                multiply(by: (0..<step).reduce(1) { power, _ in power * 5 })
                exponent += step
            }
        }
        var digits: [UInt8] = []
        for limb in limbs.reversed() {
            let text = String(limb)
            digits += Array(repeating: 0, count: 9 - text.utf8.count)
            digits += text.utf8.map { $0 - UInt8(ascii: "0") }
        }
        if digits.count <= fraction {
            digits.insert(contentsOf: repeatElement(0, count: fraction + 1 - digits.count), at: 0)
        }
        let whole = digits.count - fraction
        let zeros = digits.prefix(whole - 1).prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        return (digits, fraction)
    }
}
