// What a namespace keeps although others need room.

extension KVCache {
    /// Sets how many blocks of a namespace others leave to it: as long as it holds no more, only its own paths evict them.
    ///
    /// The minimums of all namespaces together must leave a block; a path can have no more than what they leave (`couldHold`).
    /// What a namespace does not use of its minimum, others use, until they no longer need it or the namespace needs it and
    /// nobody leases it.
    public func setMinimumResidency(_ blocks: Int, for namespace: CacheNamespace) {
        tree.setMinimumResidency(max(0, blocks), for: namespace)
        precondition(tree.spaces.guaranteedBlocks < self.blocks, "the minimums leave no block")
    }

    /// How many blocks a new path of a namespace could have, of those that are empty or hold what nobody uses now.
    public func availableBlocks(for namespace: CacheNamespace = CacheNamespace()) -> Int {
        tree.availableBlocks(for: tree.spaces.find(namespace) ?? .none)
    }
}
