/// What a request asks to be kept, by ranges of token positions, and of what it generates.
///
///     positions   0 ────────── 64 ────────── 128 ─────▶ generated
///     ranges      │ 80          │ 50, 1 s     │ nothing │ decode
///
/// A range applies to a block when it holds the position of the block's first token on the path. Where nothing is asked for, a
/// new block gets `RetentionPriority.standard` and one that is reused keeps what it has; the latest request to ask decides.
public struct Retention: Hashable, Sendable {
    /// Consecutive positions of a path and what applies to them.
    public struct Range: Hashable, Sendable {
        /// The first position.
        public var start: Int
        /// The position behind the last; `nil` for no end.
        public var end: Int?
        public var level: RetentionLevel

        public init(from start: Int, to end: Int? = nil, _ level: RetentionLevel) {
            self.start = start
            self.end = end
            self.level = level
        }
    }

    /// In order, without overlap.
    public let ranges: [Range]
    /// What applies to blocks whose first token is generated.
    public let decode: RetentionLevel?

    /// Nothing is asked for.
    public static let none = Retention()

    private init() {
        ranges = []
        decode = nil
    }

    /// - Parameter ranges: in any order.
    /// - Throws: `KVCacheError.invalidRetention` if a range starts before 0, ends before it starts, is empty or overlaps another.
    public init(_ ranges: [Range], decode: RetentionLevel? = nil) throws(KVCacheError) {
        let sorted = ranges.sorted { $0.start < $1.start }
        for (index, range) in sorted.enumerated() {
            guard range.start >= 0 else { throw .invalidRetention("a range starts at \(range.start)") }
            if let end = range.end, end <= range.start {
                throw .invalidRetention("a range ends at \(end), not behind its start \(range.start)")
            }
            guard index + 1 < sorted.count else { continue }
            guard let end = range.end else { throw .invalidRetention("a range without an end precedes another") }
            if end > sorted[index + 1].start {
                throw .invalidRetention("ranges overlap at position \(sorted[index + 1].start)")
            }
        }
        self.ranges = sorted
        self.decode = decode
    }

    /// What applies to a block whose first token stands at that position of the prompt. O(log ranges).
    public func level(at position: Int) -> RetentionLevel? {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].start <= position { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let range = ranges[low - 1]
        if let end = range.end, position >= end { return nil }
        return range.level
    }
}
