/// The prefix trees of all namespaces, the blocks they own, and the queue of what may be evicted: all state of the cache.
///
/// Its operations stand in extensions: `+Match` follows tokens, `+Admission` takes a prompt in, `+Growth` adds tokens, `+Leases`
/// keeps and gives back, `+Claims` computes, `+Eviction` makes room, `+Tiers` moves between memory and the slow tier, `+Retention` says
/// what is worth keeping, `+Pins` keeps for good, `+Removal` truncates and resets, `+Publish` shows a finished private path to others,
/// `+Events` tells the world.
struct PrefixTree: ~Copyable {
    let mode: ReuseMode
    var policy: any EvictionPolicy
    /// Whether the policy ranks by recency alone, and need not be asked.
    let isLRU: Bool
    var nodes: NodeStore
    var index: ChildIndex
    var pool: BlockPool
    /// Nodes in memory without a lease and without a child in memory.
    var evictable: NodeHeap<EvictionOrder>
    /// The slow tier's blocks; none if there is no such tier.
    var slowPool: BlockPool
    /// Nodes in the slow tier on which nothing hangs.
    var slowEvictable: NodeHeap<EvictionOrder>
    let storage: (any TierStorage)?
    /// Nodes without a lease whose priority ends, by when.
    var expiring: NodeHeap<ExpiryOrder>
    /// What is remembered of evicted nodes.
    var ghosts: GhostList
    /// Nodes with claims of the current step, stretch by stretch; a node may stand in several.
    var claimedRuns: [Range<Int>] = []
    var records = PathRecords()
    var spaces = SpaceTable()
    var pins = PinTable()
    var log: EventLog
    /// Blocks of memory whose nodes have no lease. All of them can be evicted in time, since what hangs on such a node has none either.
    var unleasedBlocks = 0
    /// Logical time: grows with each path that ends.
    var now: UInt64 = 0
    /// The caller's time.
    var time = CacheInstant.start
    var totals = KVCacheTotals()

    init(
        tokensPerBlock: Int, blocks: Int, mode: ReuseMode, policy: any EvictionPolicy, slowTier: SlowTier?,
        options: KVCacheOptions
    ) {
        self.mode = mode
        self.policy = policy
        isLRU = policy is LRU
        let most = blocks + (slowTier?.blocks ?? 0)
        let expected = min(most, 1 << 16) + 1
        nodes = NodeStore(
            tokensPerBlock: tokensPerBlock, hasher: PathHasher(namesBlocks: options.eventBlock != nil),
            capacity: expected, limit: most + 1,
            hasStretches: mode == .early && slowTier == nil, hasFronts: mode == .completed)
        index = ChildIndex(capacity: expected, limit: most + 1)
        pool = BlockPool(capacity: blocks)
        slowPool = BlockPool(capacity: slowTier?.blocks ?? 0)
        storage = slowTier?.storage
        evictable = NodeHeap(filler: EvictionOrder(rank: 0, priority: .standard), limit: most + 1)
        slowEvictable = NodeHeap(filler: EvictionOrder(rank: 0, priority: .standard), limit: most + 1)
        expiring = NodeHeap(filler: ExpiryOrder(.start), limit: most + 1)
        ghosts = GhostList(capacity: options.rememberedEvictions ?? min(max(most, 64), 1 << 20))
        log = EventLog(blockSize: options.eventBlock, capacity: options.eventCapacity)
        if let slowTier { log.append(.created(blocks: [blocks, slowTier.blocks])) }
        pins.defaultBudget = options.pinBudget ?? blocks
    }

    /// How many blocks a path that leases none of the unleased ones could have.
    var availableBlocks: Int { pool.free + unleasedBlocks }

    /// The bytes of all bookkeeping that grows with the number of blocks, without what is remembered of evicted ones.
    var metadataBytes: Int {
        nodes.bytes + index.bytes + evictable.bytes + slowEvictable.bytes + expiring.bytes + pool.bytes + slowPool.bytes
    }
}
