/// The fields that a node has of its own: one cache line, so that whoever looks at a node waits for memory once.
///
/// Of a plain node, for which a `Stretch` speaks, they are as in a new node, and nobody looks at them.
struct NodeRecord: BitwiseCopyable {
    /// When a path that ended in the node, or in what hung on it and is gone, last ended, in the cache's logical time.
    var lastUse: UInt64 = 0
    /// The hash of the path up to the node's first token, if it is known; where hashes name blocks it is, also of a plain node.
    var ownPrefix = PathHash.unknown
    var parent: NodeID
    /// Leases on the node; of the first of free nodes side by side, how many these are.
    var ownLeases: Int32 = 0
    /// Resident nodes that attach to it.
    var children: Int32 = 1
    /// Those of them that are in the slow tier.
    var slowChildren: Int32 = 0
    /// The next node of the child index's bucket; of a free node, the next free one.
    var next = NodeID.none
    var ownSpace = SpaceID.none
    /// How many tokens precede the node's on its path.
    var ownPosition: Int32 = 0
    /// How long its priority holds once nobody uses the node.
    var lifetime = CacheLifetime.unlimited
    var attach: UInt8
    var count: UInt8
    var ownReady: UInt8 = 0
    var ownClaimed: UInt8 = 0
    var flags = NodeStore.Flags.listed
    /// Whether the node before is its parent, it attaches to the end of that full block, and others may find it; so it is of plain nodes,
    /// of which this does not tell.
    var ownChained = false
    /// How much the node is worth keeping.
    var priority = RetentionPriority.standard
    /// How many paths have ended in the node, or in what hung on it and is gone, as far as that can be counted.
    var uses: UInt8 = 0
    /// Where its keys and values are; `block` is one of that tier's.
    var tier = CacheTier.memory
    /// How many slots of its block lie unused in front: only where paths are published when they end.
    var start: UInt8 = 0

    /// A new node: full, and behind the one before it.
    init(index: Int, tokensPerBlock: Int) {
        parent = NodeID(Int32(index) - 1)
        attach = UInt8(tokensPerBlock)
        count = UInt8(tokensPerBlock)
    }
}
