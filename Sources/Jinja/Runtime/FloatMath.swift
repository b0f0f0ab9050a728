/// Float operations without the C library's mathematics.
enum FloatMath {
    /// The largest integral value not above `x`.
    static func floor(_ x: Double) -> Double {
        // From 2^52 on every value is integral.
        guard x.isFinite, x.magnitude < 4_503_599_627_370_496 else { return x }
        let truncated = Double(Int(x))
        if truncated == 0 && x >= 0 { return x.sign == .minus ? -0.0 : 0 }
        return truncated > x ? truncated - 1 : truncated
    }

    /// Python's `//` and `%`: the quotient rounded down, and a remainder with the divisor's sign.
    static func floorDivision(_ x: Double, _ y: Double) -> (quotient: Double, remainder: Double) {
        guard x.isFinite, !y.isNaN else { return (.nan, .nan) }
        var remainder = y.isFinite ? truncatedRemainder(x, y) : x
        var quotient = y.isFinite ? (x - remainder) / y : 0
        if remainder != 0 {
            if (remainder < 0) != (y < 0) {
                remainder += y
                quotient -= 1
            }
        } else {
            remainder = y < 0 ? -0.0 : 0
        }
        if quotient != 0 {
            let floored = floor(quotient)
            quotient = quotient - floored > 0.5 ? floored + 1 : floored
        } else {
            quotient = (x < 0) != (y < 0) ? -0.0 : 0
        }
        return (quotient, remainder)
    }

    /// The remainder of the division truncated towards zero, exact. `y` is finite and not zero.
    private static func truncatedRemainder(_ x: Double, _ y: Double) -> Double {
        var rest = x.magnitude
        let divisor = y.magnitude
        // Each subtraction is exact and removes at least the top bit: at most 2,100 rounds.
        while rest >= divisor {
            var scaled = divisor
            let shift = rest.exponent - divisor.exponent
            if shift > 0 {
                scaled = Double(sign: .plus, exponent: shift, significand: divisor)
                if scaled > rest { scaled = Double(sign: .plus, exponent: shift - 1, significand: divisor) }
            }
            rest -= scaled
        }
        return x < 0 ? -rest : rest
    }

    /// Powers with an integral exponent, and square roots.
    static func power(_ x: Double, _ y: Double) throws(JinjaError) -> Double {
        if y == 0.5, x >= 0 { return x.squareRoot() }
        guard let exponent = Int(exactly: y), exponent.magnitude <= 1 << 20 else {
            throw JinjaError(.unsupported, "a power with a fractional or huge exponent")
        }
        if x == 0 && exponent < 0 { throw JinjaError(.value, "0.0 cannot be raised to a negative power") }
        var result = 1.0
        var square = x
        var rest = exponent.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        guard result.isFinite || !x.isFinite else { throw JinjaError(.value, "the result of '**' is too large") }
        return exponent < 0 ? 1 / result : result
    }
}
