/// The nodes of all prefix trees: a record of one cache line for each, and their tokens apart.
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

    /// A record takes a cache line: whoever touches a node of a large tree waits for memory once, not once for each field.
    static let recordBytes = 64

    let tokensPerBlock: Int
    private let limit: Int
    private var records: UnsafeMutableRawPointer
    /// The nodes there is room for before the store grows.
    private(set) var capacity: Int
    private var tokens: Column<TokenID>
    private var used = 0
    private var firstFree = NodeID.none

    /// - Parameters:
    ///   - capacity: how many nodes there is room for at once.
    ///   - limit: how many nodes are to be expected at most.
    init(tokensPerBlock: Int, capacity: Int, limit: Int) {
        self.tokensPerBlock = tokensPerBlock
        self.limit = limit
        self.capacity = capacity
        records = .allocate(byteCount: capacity * Self.recordBytes, alignment: Self.recordBytes)
        tokens = Column(capacity: capacity * tokensPerBlock, filler: TokenID(0))
    }

    deinit {
        records.deallocate()
        tokens.deallocate()
    }

    var parent: Field<NodeID> { Field(records + 0, capacity: capacity) }
    var block: Field<BlockID> { Field(records + 4, capacity: capacity) }
    var leases: Field<Int32> { Field(records + 8, capacity: capacity) }
    /// Resident nodes that attach to it.
    var children: Field<Int32> { Field(records + 12, capacity: capacity) }
    /// The next node of the child index's bucket; of a free node, the next free one.
    var next: Field<NodeID> { Field(records + 16, capacity: capacity) }
    /// Whose the node is.
    var space: Field<SpaceID> { Field(records + 20, capacity: capacity) }
    /// How many tokens precede the node's on its path.
    var position: Field<Int32> { Field(records + 24, capacity: capacity) }
    /// How long its priority holds once nobody uses the node.
    var lifetime: Field<CacheLifetime> { Field(records + 28, capacity: capacity) }
    /// When a path through the node last ended, in the cache's logical time.
    var lastUse: Field<UInt64> { Field(records + 32, capacity: capacity) }
    /// The hash of the path up to the node's first token.
    var prefix: Field<PathHash> { Field(records + 40, capacity: capacity) }
    var attach: Field<UInt8> { Field(records + 48, capacity: capacity) }
    var count: Field<UInt8> { Field(records + 49, capacity: capacity) }
    var ready: Field<UInt8> { Field(records + 50, capacity: capacity) }
    var claimed: Field<UInt8> { Field(records + 51, capacity: capacity) }
    var start: Field<UInt8> { Field(records + 52, capacity: capacity) }
    var flags: Field<Flags> { Field(records + 53, capacity: capacity) }
    /// How much the node is worth keeping.
    var priority: Field<RetentionPriority> { Field(records + 54, capacity: capacity) }
    /// How many paths through the node have ended, as far as that can be counted.
    var uses: Field<UInt8> { Field(records + 55, capacity: capacity) }

    /// Indices ever used; free ones among them have no parent and no block and are not roots.
    var usedIndices: Range<Int> { 0..<used }

    /// The bytes it occupies.
    var bytes: Int { capacity * Self.recordBytes + tokens.bytes }

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
        let newCapacity = max(min(capacity * 2, limit), capacity + capacity / 8 + 1)
        let grown = UnsafeMutableRawPointer.allocate(
            byteCount: newCapacity * Self.recordBytes, alignment: Self.recordBytes)
        grown.copyMemory(from: records, byteCount: used * Self.recordBytes)
        records.deallocate()
        records = grown
        capacity = newCapacity
        tokens.grow(to: newCapacity * tokensPerBlock)
    }
}
