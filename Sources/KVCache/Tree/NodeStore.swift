/// The nodes of all prefix trees, a column for each field.
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
/// A root stands for a namespace: no tokens, no block; its children attach at 0.
struct NodeStore: ~Copyable {
    /// Bits of `flags`.
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// Others may find the node: it stands in the child index.
        static let listed = Flags(rawValue: 1)
        /// The current step claimed slots of the node.
        static let claimedInStep = Flags(rawValue: 2)
        /// The priority that a request gave the node has ended.
        static let expired = Flags(rawValue: 4)
    }

    let tokensPerBlock: Int
    private let limit: Int
    private(set) var parent: Column<NodeID>
    private(set) var block: Column<BlockID>
    private(set) var leases: Column<Int32>
    private(set) var children: Column<Int32>
    private(set) var attach: Column<UInt8>
    private(set) var count: Column<UInt8>
    private(set) var ready: Column<UInt8>
    private(set) var claimed: Column<UInt8>
    private(set) var start: Column<UInt8>
    private(set) var flags: Column<Flags>
    /// When the node was last given back, in the cache's logical time.
    private(set) var lastUse: Column<UInt64>
    /// The next node of the child index's bucket; of a free node, the next free one.
    private(set) var next: Column<NodeID>
    /// Whose the node is.
    private(set) var space: Column<SpaceID>
    /// How many tokens precede the node's on its path.
    private(set) var position: Column<Int32>
    /// The hash of the path up to the node's first token.
    private(set) var prefix: Column<PathHash>
    /// How much the node is worth keeping.
    private(set) var priority: Column<RetentionPriority>
    /// How long that holds once nobody uses the node.
    private(set) var lifetime: Column<CacheLifetime>
    /// How many paths through the node have ended, as far as that can be counted.
    private(set) var uses: Column<UInt8>
    private var tokens: Column<TokenID>
    private var used = 0
    private var firstFree = NodeID.none

    /// - Parameters:
    ///   - capacity: how many nodes there is room for at once.
    ///   - limit: how many nodes are to be expected at most.
    init(tokensPerBlock: Int, capacity: Int, limit: Int) {
        self.tokensPerBlock = tokensPerBlock
        self.limit = limit
        parent = Column(capacity: capacity, filler: .none)
        block = Column(capacity: capacity, filler: .none)
        leases = Column(capacity: capacity, filler: 0)
        children = Column(capacity: capacity, filler: 0)
        attach = Column(capacity: capacity, filler: 0)
        count = Column(capacity: capacity, filler: 0)
        ready = Column(capacity: capacity, filler: 0)
        claimed = Column(capacity: capacity, filler: 0)
        start = Column(capacity: capacity, filler: 0)
        flags = Column(capacity: capacity, filler: [])
        lastUse = Column(capacity: capacity, filler: 0)
        next = Column(capacity: capacity, filler: .none)
        space = Column(capacity: capacity, filler: .none)
        position = Column(capacity: capacity, filler: 0)
        prefix = Column(capacity: capacity, filler: PathHash(rawValue: 0))
        priority = Column(capacity: capacity, filler: .standard)
        lifetime = Column(capacity: capacity, filler: .unlimited)
        uses = Column(capacity: capacity, filler: 0)
        tokens = Column(capacity: capacity * tokensPerBlock, filler: TokenID(0))
    }

    deinit {
        parent.deallocate()
        block.deallocate()
        leases.deallocate()
        children.deallocate()
        attach.deallocate()
        count.deallocate()
        ready.deallocate()
        claimed.deallocate()
        start.deallocate()
        flags.deallocate()
        lastUse.deallocate()
        next.deallocate()
        space.deallocate()
        position.deallocate()
        prefix.deallocate()
        priority.deallocate()
        lifetime.deallocate()
        uses.deallocate()
        tokens.deallocate()
    }

    /// The nodes there is room for before the columns grow.
    var capacity: Int { parent.capacity }

    /// Indices ever used; free ones among them have no parent and no block and are not roots.
    var usedIndices: Range<Int> { 0..<used }

    /// The bytes the columns occupy.
    var bytes: Int {
        let links = parent.bytes + block.bytes + leases.bytes + children.bytes + next.bytes + space.bytes
        let lengths =
            attach.bytes + count.bytes + ready.bytes + claimed.bytes + start.bytes + flags.bytes + position.bytes
        return links + lengths + lastUse.bytes + prefix.bytes + priority.bytes + lifetime.bytes + uses.bytes
            + tokens.bytes
    }

    /// Makes an empty node. O(1), amortised.
    mutating func make(
        parent newParent: NodeID, attach offset: Int, block newBlock: BlockID, space newSpace: SpaceID,
        position newPosition: Int,
        prefix newPrefix: PathHash
    ) -> NodeID {
        let node: NodeID
        if firstFree != .none {
            node = firstFree
            firstFree = next[node]
        } else {
            if used == capacity { grow() }
            node = NodeID(Int32(used))
            used += 1
        }
        parent[node] = newParent
        block[node] = newBlock
        space[node] = newSpace
        position[node] = Int32(newPosition)
        prefix[node] = newPrefix
        leases[node] = 0
        children[node] = 0
        attach[node] = UInt8(offset)
        count[node] = 0
        ready[node] = 0
        claimed[node] = 0
        start[node] = 0
        flags[node] = []
        lastUse[node] = 0
        next[node] = .none
        priority[node] = .standard
        lifetime[node] = .unlimited
        uses[node] = 0
        return node
    }

    /// Forgets a node; its index is used again. O(1).
    mutating func free(_ node: NodeID) {
        parent[node] = .none
        block[node] = .none
        count[node] = 0
        ready[node] = 0
        claimed[node] = 0
        next[node] = firstFree
        firstFree = node
    }

    /// The room for a node's tokens, valid until the next `make`.
    func tokens(of node: NodeID) -> UnsafeMutablePointer<TokenID> {
        tokens.pointer(at: node.index * tokensPerBlock)
    }

    /// The hash of the path up to a node's token.
    func hash(of node: NodeID, upTo offset: Int) -> PathHash {
        prefix[node].with(tokens(of: node), count: offset)
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
        let capacity = max(min(self.capacity * 2, limit), self.capacity + self.capacity / 8 + 1)
        parent.grow(to: capacity)
        block.grow(to: capacity)
        leases.grow(to: capacity)
        children.grow(to: capacity)
        attach.grow(to: capacity)
        count.grow(to: capacity)
        ready.grow(to: capacity)
        claimed.grow(to: capacity)
        start.grow(to: capacity)
        flags.grow(to: capacity)
        lastUse.grow(to: capacity)
        next.grow(to: capacity)
        space.grow(to: capacity)
        position.grow(to: capacity)
        prefix.grow(to: capacity)
        priority.grow(to: capacity)
        lifetime.grow(to: capacity)
        uses.grow(to: capacity)
        tokens.grow(to: capacity * tokensPerBlock)
    }
}
