/// The nodes of all prefix trees: a column for each of their fields, and their tokens.
///
/// A node holds up to `tokensPerBlock` tokens of a path and owns the block where their keys and values lie. A child attaches
/// to its parent at a token offset, so that paths part in the middle of a block without copying it:
///
///     parent   [ The quick brown fox ]      count 4
///                            │
///                            └ attach 3
///     child                  [ bear jumps ]  its path: The quick brown bear jumps
///
/// In a node, from the left: tokens whose keys and values are ready, tokens that the current step claimed, tokens that nobody
/// computed yet, room. `start` slots of the block lie unused in front when the node was cut out of a longer one.
///
///     block    │ start │   ready   │ claimed │ pending │   room   │
///                      └──────────── count ───────────┘
///
/// Nodes that follow one another on a path are made side by side where indices allow: a **run**. Then a path's fields and tokens lie
/// side by side too, and what is done to a path is done to stretches of columns, not to one node after the other.
///
///     node      n            n+1          n+2          n+3
///     tokens    [ a b c d ]  [ e f g h ]  [ i j k l ]  [ m n · · ]
///     chained   ·            yes          yes          yes          found without the child index
///
/// A root stands for a namespace: no tokens, no block; its children attach at 0.
struct NodeStore: ~Copyable {
    /// Bits of `flags`.
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// Others may find the node.
        static let listed = Flags(rawValue: 1)
        /// The priority that a request gave the node has ended.
        static let expired = Flags(rawValue: 2)
        /// The node's tokens had been evicted when it was made.
        static let recalled = Flags(rawValue: 4)
    }

    let tokensPerBlock: Int
    let hasher: PathHasher
    private let limit: Int
    let hasSlowTier: Bool
    /// Whether a priority that ends was ever asked for: else all lifetimes are unlimited.
    var knowsLifetimes = false
    /// The nodes there is room for before the store grows.
    private(set) var capacity: Int
    private var used = 0
    private var firstFree = NodeID.none

    private(set) var parent: Column<NodeID>
    private(set) var block: Column<BlockID>
    private(set) var leases: Column<Int32>
    /// Resident nodes that attach to it.
    private(set) var children: Column<Int32>
    /// Those of them that are in the slow tier.
    private(set) var slowChildren: Column<Int32>
    /// The next node of the child index's bucket; of a free node, the next free one.
    private(set) var next: Column<NodeID>
    /// Whose the node is.
    private(set) var space: Column<SpaceID>
    /// How many tokens precede the node's on its path.
    private(set) var position: Column<Int32>
    /// How long its priority holds once nobody uses the node.
    private(set) var lifetime: Column<CacheLifetime>
    /// When a path that ended in the node, or in what hung on it and is gone, last ended, in the cache's logical time.
    private(set) var lastUse: Column<UInt64>
    /// The hash of the path up to the node's first token.
    private(set) var prefix: Column<PathHash>
    private(set) var attach: Column<UInt8>
    private(set) var count: Column<UInt8>
    private(set) var ready: Column<UInt8>
    private(set) var claimed: Column<UInt8>
    private(set) var start: Column<UInt8>
    private(set) var flags: Column<Flags>
    /// 1 if the node before is its parent, it attaches to the end of that full block, and others may find it.
    private(set) var chained: Column<UInt8>
    /// How much the node is worth keeping.
    private(set) var priority: Column<RetentionPriority>
    /// How many paths have ended in the node, or in what hung on it and is gone, as far as that can be counted.
    private(set) var uses: Column<UInt8>
    /// Where its keys and values are; `block` is one of that tier's.
    private(set) var tier: Column<CacheTier>
    private var tokens: Column<TokenID>

    /// - Parameters:
    ///   - capacity: how many nodes there is room for at once.
    ///   - limit: how many nodes are to be expected at most.
    ///   - hasSlowTier: whether nodes can be elsewhere than in memory.
    init(tokensPerBlock: Int, hasher: PathHasher, capacity: Int, limit: Int, hasSlowTier: Bool) {
        self.hasSlowTier = hasSlowTier
        self.tokensPerBlock = tokensPerBlock
        self.hasher = hasher
        self.limit = limit
        self.capacity = capacity
        parent = Column(capacity: capacity, filler: .none)
        block = Column(capacity: capacity, filler: .none)
        leases = Column(capacity: capacity, filler: 0)
        children = Column(capacity: capacity, filler: 0)
        slowChildren = Column(capacity: capacity, filler: 0)
        next = Column(capacity: capacity, filler: .none)
        space = Column(capacity: capacity, filler: .none)
        position = Column(capacity: capacity, filler: 0)
        lifetime = Column(capacity: capacity, filler: .unlimited)
        lastUse = Column(capacity: capacity, filler: 0)
        prefix = Column(capacity: capacity, filler: PathHash(rawValue: 0))
        attach = Column(capacity: capacity, filler: 0)
        count = Column(capacity: capacity, filler: 0)
        ready = Column(capacity: capacity, filler: 0)
        claimed = Column(capacity: capacity, filler: 0)
        start = Column(capacity: capacity, filler: 0)
        flags = Column(capacity: capacity, filler: [])
        chained = Column(capacity: capacity, filler: 0)
        priority = Column(capacity: capacity, filler: .standard)
        uses = Column(capacity: capacity, filler: 0)
        tier = Column(capacity: capacity, filler: .memory)
        tokens = Column(capacity: capacity * tokensPerBlock, filler: TokenID(0))
    }

    deinit {
        parent.deallocate()
        block.deallocate()
        leases.deallocate()
        children.deallocate()
        slowChildren.deallocate()
        next.deallocate()
        space.deallocate()
        position.deallocate()
        lifetime.deallocate()
        lastUse.deallocate()
        prefix.deallocate()
        attach.deallocate()
        count.deallocate()
        ready.deallocate()
        claimed.deallocate()
        start.deallocate()
        flags.deallocate()
        chained.deallocate()
        priority.deallocate()
        uses.deallocate()
        tier.deallocate()
        tokens.deallocate()
    }

    /// Indices ever used; free ones among them have no parent and no block and are not roots.
    var usedIndices: Range<Int> { 0..<used }

    /// The bytes it occupies.
    var bytes: Int {
        parent.bytes + block.bytes + leases.bytes + children.bytes + slowChildren.bytes + next.bytes + space.bytes
            + position.bytes
            + lifetime.bytes + lastUse.bytes + prefix.bytes + attach.bytes + count.bytes + ready.bytes + claimed.bytes
            + start.bytes + flags.bytes + chained.bytes + priority.bytes + uses.bytes + tier.bytes + tokens.bytes
    }

    /// Indices for new nodes, side by side, at least one and at most as many as asked for. O(nodes), amortised.
    mutating func takeIndices(atMost most: Int) -> Range<Int> {
        if firstFree == .none {
            while used + most > capacity, used + 1 > capacity || capacity < limit { grow() }
            let first = used
            used = min(used + most, capacity)
            return first..<used
        }
        let first = firstFree.index
        var end = first + 1
        firstFree = next[first]
        while end - first < most, firstFree.index == end {
            firstFree = next[end]
            end += 1
        }
        return first..<end
    }

    /// Forgets nodes that lie side by side; their indices are used again, in order. O(nodes).
    mutating func free(_ range: Range<Int>) {
        parent.fill(range, with: .none)
        block.fill(range, with: .none)
        next.fill(range) { NodeID(Int32($0 + 1)) }
        next[range.upperBound - 1] = firstFree
        firstFree = NodeID(Int32(range.lowerBound))
    }

    /// The room for a node's tokens, and behind it for the next node's; valid until nodes are made.
    func tokens(of node: NodeID) -> UnsafeMutablePointer<TokenID> {
        tokens.pointer(at: node.index * tokensPerBlock)
    }

    /// The hash of the path up to a node's token.
    func hash(of node: NodeID, upTo offset: Int) -> PathHash {
        hasher.extend(prefix[node], by: tokens(of: node), count: offset)
    }

    /// The hash of the path up to a node's end. O(1) if a node is chained to it.
    func endHash(of node: NodeID) -> PathHash {
        let behind = node.index + 1
        return behind < used && chained[behind] == 1 ? prefix[behind] : hash(of: node, upTo: Int(count[node]))
    }

    /// How many tokens more a node can take.
    func room(in node: NodeID) -> Int {
        block[node] == .none ? 0 : tokensPerBlock - Int(start[node]) - Int(count[node])
    }

    /// The slot of a node's token.
    func slot(of node: NodeID, at offset: Int) -> KVSlot {
        KVSlot(rawValue: block[node].rawValue * Int32(tokensPerBlock) + Int32(start[node]) + Int32(offset))
    }

    private mutating func grow() {
        // A node for each block, and some for roots, is all there can ever be: no use in doubling far beyond.
        capacity = max(min(capacity * 2, limit), capacity + capacity / 8 + 1)
        parent.grow(to: capacity)
        block.grow(to: capacity)
        leases.grow(to: capacity)
        children.grow(to: capacity)
        slowChildren.grow(to: capacity)
        next.grow(to: capacity)
        space.grow(to: capacity)
        position.grow(to: capacity)
        lifetime.grow(to: capacity)
        lastUse.grow(to: capacity)
        prefix.grow(to: capacity)
        attach.grow(to: capacity)
        count.grow(to: capacity)
        ready.grow(to: capacity)
        claimed.grow(to: capacity)
        start.grow(to: capacity)
        flags.grow(to: capacity)
        chained.grow(to: capacity)
        priority.grow(to: capacity)
        uses.grow(to: capacity)
        tier.grow(to: capacity)
        tokens.grow(to: capacity * tokensPerBlock)
    }
}
