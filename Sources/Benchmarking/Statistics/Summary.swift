/// What is told of many measured values.
public struct Summary: Sendable, Equatable, Codable {
    public var mean: Double
    public var p50: Double
    public var p95: Double
    public var least: Double
    public var most: Double

    /// `nil` for no values. Percentiles by nearest rank; the median of an even number of values is the mean of the middle two.
    public init?(_ values: [Double]) {
        guard let least = values.min(), let most = values.max(), let median = values.median else { return nil }
        let sorted = values.sorted()
        mean = values.reduce(0, +) / Double(values.count)
        p50 = median
        p95 = sorted[(sorted.count * 95 + 99) / 100 - 1]
        self.least = least
        self.most = most
    }
}

extension [Double] {
    /// The middle value, or the mean of the middle two; `nil` for none.
    public var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        let middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// `nil` for no values.
    public var mean: Double? {
        isEmpty ? nil : reduce(0, +) / Double(count)
    }
}
