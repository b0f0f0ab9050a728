/// A place for one token's keys and values in all layers: `block * tokensPerBlock + offset`.
public struct KVSlot: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Stands where a row writes no keys and values because its token's are there already.
    public static let none = KVSlot(rawValue: -1)
}

/// Consecutive slots that hold consecutive positions of one path.
public struct KVSegment: Hashable, BitwiseCopyable, Sendable {
    /// The slot of the segment's first token.
    public var slot: KVSlot
    /// How many tokens it holds, at least 1.
    public var count: Int32

    public init(slot: KVSlot, count: Int32) {
        self.slot = slot
        self.count = count
    }
}
