/// Counts of durations by size.
public struct Histogram: Sendable, Equatable {
    /// The buckets' upper bounds in seconds, ascending; what is larger than all is counted last.
    public let bounds: [Double]
    /// For each bound, and beyond the last, how many durations fell between it and the one before.
    public private(set) var counts: [Int]
    /// All durations together, in seconds.
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// The number of durations.
    public var count: Int { counts.reduce(0, +) }

    public mutating func record(_ seconds: Double) {
        counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
        sum += seconds
    }
}
