/// What a cache has done, in all or for one namespace.
public struct KVCacheTotals: Sendable, Equatable {
    /// Paths admitted.
    public var admissions = 0
    /// Prompt tokens that were ready in memory when their path was admitted.
    public var reusedTokens = 0
    /// Those of them that were in the slow tier and were brought back.
    public var reusedSlowTokens = 0
    /// Tokens whose keys and values were written, each time.
    public var computedTokens = 0
    /// Blocks evicted to make room.
    public var evictedBlocks = 0
    /// Tokens in them.
    public var evictedTokens = 0
    /// Blocks that went from memory to the slow tier. Counted for the whole cache only.
    public var offloadedBlocks = 0
    /// Blocks that came back. Counted for the whole cache only.
    public var onboardedBlocks = 0
    /// Regret: tokens that were needed again after they had been evicted, as far as the evictions are remembered.
    public var missedTokens = 0
    /// Who paid for the prompts of all paths that have ended; `isConserved` always.
    public var ended = PathAccount()

    public init() {}
}
