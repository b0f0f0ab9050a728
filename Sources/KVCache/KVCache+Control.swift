// What an operator or a client may ask for, beyond admitting prompts.

extension KVCache {
    /// The cache's time.
    public var time: CacheInstant { tree.time }

    /// Tells the cache the time. Retention priorities whose time is over end. The clock never goes back.
    ///
    /// O(log blocks) for each priority that ends.
    public func advance(to instant: CacheInstant) {
        tree.advance(to: instant)
    }

    /// Keeps what is computed of some tokens until it is unpinned, whatever else needs room.
    ///
    /// To warm a cache up, admit the tokens, compute them, pin them, and let the lease go.
    /// - Returns: how many tokens are pinned; pinning the same again changes nothing.
    /// - Throws: `KVCacheError.pinBudgetExceeded`; nothing has changed then.
    public func pin(_ tokens: [TokenID], in namespace: CacheNamespace = CacheNamespace()) throws(KVCacheError) -> Int {
        try tokens.withUnsafeBufferPointer { tree.pin($0, in: namespace) }.get()
    }

    /// Ends the longest pin that lies on these tokens.
    ///
    /// - Returns: how many of the tokens other pins still keep; a block that is kept counts whole.
    @discardableResult
    public func unpin(_ tokens: [TokenID], in namespace: CacheNamespace = CacheNamespace()) -> Int {
        tokens.withUnsafeBufferPointer { tree.unpin($0, in: namespace) }
    }

    /// Sets how many blocks a namespace may pin. What it has pinned beyond stays pinned.
    ///
    /// - Parameter blocks: `nil` for `KVCacheOptions.pinBudget` again.
    public func setPinBudget(_ blocks: Int?, for namespace: CacheNamespace) {
        tree.pins.budgets[namespace] = blocks.map { max(0, $0) }
    }

    /// Cuts a cached path back to its first tokens, as when a conversation is edited: what the old end holds goes first.
    ///
    /// What others need stays: live paths, pins, and cached paths that go on elsewhere or further than `tokens`.
    /// - Parameters:
    ///   - tokens: all of the path.
    ///   - keep: how many of them to keep.
    /// - Returns: how many tokens went.
    public func truncate(_ tokens: [TokenID], keep: Int, in namespace: CacheNamespace = CacheNamespace()) -> Int {
        tokens.withUnsafeBufferPointer { tree.truncate($0, keep: max(0, keep), in: namespace) }
    }

    /// Forgets everything that no live path and no pin keeps.
    ///
    /// - Parameter namespace: whose; `nil` for all.
    /// - Returns: how many tokens went.
    @discardableResult
    public func reset(_ namespace: CacheNamespace? = nil) -> Int {
        tree.reset(namespace)
    }
}
