// What the cache tells about itself, without changing.

extension KVCache {
    /// What the cache has done.
    public var totals: KVCacheTotals { tree.totals }

    /// What each namespace that has content or a path holds and had done for it, by name. O(blocks).
    public func namespaceStatistics() -> [NamespaceStatistics] { tree.namespaceStatistics }

    /// Counts the blocks evicted of a namespace from now on, also over the times in which it is empty.
    public func watchEvictions(of namespace: CacheNamespace) { tree.spaces.watch(namespace) }

    /// Blocks evicted of a namespace: since it is watched; of one that is not, since it last was empty. O(1).
    public func evictedBlocks(of namespace: CacheNamespace) -> Int { tree.spaces.evictedBlocks(of: namespace) }

    /// What a request with a prompt would find now, and why not more. Changes nothing, recency included.
    ///
    /// - Parameter acrossNamespaces: whether to say that tokens are computed in another namespace. That tells the caller that
    ///   somebody had the caller's own tokens, and nothing else; say no to callers who must not know that either.
    public func explain(
        _ tokens: [TokenID], in namespace: CacheNamespace = CacheNamespace(), acrossNamespaces: Bool = true
    ) -> KVExplanation {
        tokens.withUnsafeBufferPointer { tree.explain($0, in: namespace, acrossNamespaces: acrossNamespaces) }
    }

    /// The name of the first canonical block that a request with a prompt would add, once it is computed: the first `stored` will
    /// name it. `nil` if there is none, because the prompt's whole blocks are all stored, and without `KVCacheOptions.eventBlock`.
    ///
    /// Requests of which it is the same share what they are about to compute. Changes nothing. O(tokens).
    public func firstNewBlock(of tokens: [TokenID], in namespace: CacheNamespace = CacheNamespace()) -> KVBlockHash? {
        let size = tree.log.blockSize
        guard size > 0 else { return nil }
        let ready = tokens.withUnsafeBufferPointer { tree.match($0, in: namespace)?.ready ?? 0 }
        let end = (ready / size + 1) * size
        return end > tokens.count ? nil : KVBlockHash(of: Array(tokens[..<end]), in: namespace)
    }

    /// The blocks of the slow tier, and those of them that hold something. 0 without one.
    public var slowTierBlocks: (total: Int, used: Int) { (tree.slowPool.capacity, tree.slowBlocks) }

    /// Takes out the events since the last call. Empty without `KVCacheOptions.eventBlock`.
    public func drainEvents() -> [KVEvent] { tree.log.drain() }

    /// What is stored now, for a reader who comes late or missed events. O(blocks + tokens).
    public func eventSnapshot() -> KVEventSnapshot { tree.eventSnapshot }

    /// The bytes of all bookkeeping that grows with the number of blocks, without what is remembered of evicted ones.
    public var metadataBytes: Int { tree.metadataBytes }

    /// The bytes of what is remembered of evicted blocks.
    public var rememberedBytes: Int { tree.ghosts.bytes }
}
