/// What a cache holds and has done. `free + cached + leased == blocks`.
public struct KVCacheStatistics: Sendable, Equatable {
    /// All blocks.
    public var blocks: Int
    /// Empty ones.
    public var free: Int
    /// With content and without a lease: reusable, and evictable.
    public var cached: Int
    /// Kept by live paths.
    public var leased: Int
    /// Blocks evicted since the start.
    public var evictions: Int

    public init(blocks: Int, free: Int, cached: Int, leased: Int, evictions: Int) {
        self.blocks = blocks
        self.free = free
        self.cached = cached
        self.leased = leased
        self.evictions = evictions
    }
}
