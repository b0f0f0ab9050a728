/// The prefix trees of all namespaces, the blocks they own, and the queue of what may be evicted: all state of the cache.
///
/// Its operations stand in extensions: `+Match` follows tokens, `+Growth` adds them, `+Leases` keeps and gives back,
/// `+Claims` computes, `+Eviction` makes room, `+Publish` shows a finished private path to others.
struct PrefixTree: ~Copyable {
    let mode: ReuseMode
    let policy: any EvictionPolicy
    var nodes: NodeStore
    var index: ChildIndex
    var pool: BlockPool
    var evictable = EvictionQueue()
    /// Nodes with claims of the current step.
    var claimedNodes: [NodeID] = []
    var roots: [CacheNamespace: NodeID] = [:]
    var namespaces: [NodeID: CacheNamespace] = [:]
    /// Blocks of nodes without a lease. All of them can be evicted in time, since what hangs on such a node has none either.
    var unleasedBlocks = 0
    /// Logical time: grows with each path that ends.
    var now: UInt64 = 0
    var evictions = 0

    init(tokensPerBlock: Int, blocks: Int, mode: ReuseMode, policy: any EvictionPolicy) {
        self.mode = mode
        self.policy = policy
        let expected = min(blocks, 1 << 16) + 1
        nodes = NodeStore(tokensPerBlock: tokensPerBlock, capacity: expected)
        index = ChildIndex(capacity: expected)
        pool = BlockPool(capacity: blocks)
    }

    /// How many blocks a path that leases none of the unleased ones could have.
    var availableBlocks: Int { pool.free + unleasedBlocks }
}
