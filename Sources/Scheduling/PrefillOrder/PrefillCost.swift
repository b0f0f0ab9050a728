/// What computing a prompt's tokens costs, in units of one token at a prompt's start.
public struct PrefillCost: Sendable, Equatable {
    /// For each position a token attends to. At `1 / attention` positions attention costs as much as all the rest.
    public var attention: Double

    public init(attention: Double = 3e-5) {
        self.attention = attention
    }

    /// The cost of tokens at consecutive positions.
    public func callAsFunction(_ positions: Range<Int>) -> Double {
        let (first, end) = (Double(positions.lowerBound), Double(positions.upperBound))
        return (end - first) * (1 + attention * (first + end) / 2)
    }

    /// Whether no range of positions costs a tenth more by one than by the other.
    func isNear(_ other: PrefillCost) -> Bool {
        max(attention, other.attention) <= 1.1 * min(attention, other.attention)
    }

    /// How many tokens from a position on cost no more than that.
    func tokens(within work: Double, from position: Int) -> Int {
        guard work > 0 else { return 0 }
        guard work < 1e15 else { return .max }
        let here = 1 + attention * Double(position)
        // Newton's method from above, since the root of the quadratic would need a library for mathematics.
        var tokens = work / here
        for _ in 0..<64 {
            let next = (work + attention * tokens * tokens / 2) / (here + attention * tokens)
            guard next < tokens else { break }
            tokens = next
        }
        return Int(tokens)
    }
}
