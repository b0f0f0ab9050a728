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
}
