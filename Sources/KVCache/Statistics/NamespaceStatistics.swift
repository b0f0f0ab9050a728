/// What a namespace holds, and what was done for it since it last was empty.
public struct NamespaceStatistics: Sendable, Equatable {
    public var namespace: CacheNamespace
    /// Blocks with its content.
    public var blocks = 0
    /// Those of them that are in the slow tier.
    public var slowBlocks = 0
    /// Those of them that live paths or pins keep.
    public var leasedBlocks = 0
    /// Those of them that are pinned.
    public var pinnedBlocks = 0
    /// Tokens in its blocks, computed or not.
    public var tokens = 0
    /// Fragmentation: slots of its blocks that hold no token.
    public var unusedSlots = 0
    /// The longest path's tokens.
    public var depthTokens = 0
    /// The most blocks on one path.
    public var depthBlocks = 0
    public var totals = KVCacheTotals()

    init(_ namespace: CacheNamespace) {
        self.namespace = namespace
    }
}
