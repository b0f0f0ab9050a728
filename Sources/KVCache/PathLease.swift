/// A live path through the cache: what is on it stays until the lease ends.
///
/// The lease ends when it is released or dropped, exactly once: it cannot be copied, and `release` consumes it. It belongs to
/// the cache's thread.
public struct PathLease: ~Copyable {
    let cache: KVCache
    private(set) var path: Path
    private let record: PathRecords.ID
    /// How many tokens at the path's head are known to be computed.
    private var known: Int
    /// How many prompt tokens were computed when the path was admitted, the last one never counted.
    public let reusedTokens: Int
    /// How many of the reused tokens were in the slow tier.
    public let reusedSlowTokens: Int
    /// How many further prompt tokens were on a shared path then, but not computed yet.
    public let pendingTokens: Int

    init(cache: KVCache, _ admitted: AdmittedPath) {
        self.cache = cache
        path = admitted.path
        record = admitted.record
        known = admitted.ready
        reusedTokens = admitted.reused
        reusedSlowTokens = admitted.reusedSlow
        pendingTokens = admitted.pending
    }

    deinit {
        cache.end(path, record: record, known: known)
    }

    /// The number of tokens on the path, computed or not.
    public var count: Int { path.count }

    /// The number of tokens at the head of the path that are computed.
    public mutating func computedCount() -> Int {
        known = cache.tree.readyCount(of: path, from: known)
        return known
    }

    /// The number of tokens at the head of the path that are computed or claimed by the current step.
    public mutating func claimedCount() -> Int {
        cache.tree.claimedCount(of: path, from: computedCount())
    }

    /// Lets a token join the path's end: it follows what is cached or pending there, or takes room of its own.
    ///
    /// - Throws: `KVCacheError.poolExhausted`; the path is as before then.
    public mutating func append(_ token: TokenID) throws(KVCacheError) {
        try cache.tree.grow(&path, by: token, record: record)
    }

    /// Claims the path's next tokens that are neither computed nor claimed, for the current step to compute.
    ///
    /// Tokens that the current step claimed for other paths are passed over: the same step computes them.
    /// - Parameters:
    ///   - limit: how many tokens to claim at most.
    ///   - slots: gets a slot for each claimed token appended.
    /// - Returns: the claimed positions; empty if none is left.
    public mutating func claim(atMost limit: Int, slots: inout [KVSlot]) -> Range<Int> {
        known = cache.tree.readyCount(of: path, from: known)
        return cache.claim(path, record: record, known: known, limit: limit, slots: &slots)
    }

    /// Who paid for the path's tokens so far. What the current step claimed counts once it ends.
    public mutating func account() -> PathAccount {
        let ready = computedCount()
        return cache.tree.records[record].account(ready: ready)
    }

    /// Appends the slots of the path's first `count` tokens, neighbours joined. O(nodes).
    public borrowing func appendSegments(upTo count: Int, to segments: inout [KVSegment]) {
        cache.tree.appendSegments(of: path, upTo: count, to: &segments)
    }

    /// Gives the path back. What was computed stays for others until it is evicted; the rest goes.
    public consuming func release() {}
}
