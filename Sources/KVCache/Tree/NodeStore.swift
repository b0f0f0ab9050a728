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
/// The nodes of a run between its first and its last differ in nothing that could not be told from their index: a `Stretch` speaks for all
/// of them, so that making, leasing, computing and forgetting them costs next to nothing, however small the blocks are. Of such a **plain**
/// node, what stretches have in common stands in the stretch, and the other columns hold what they hold of every new node. `settle` gives
/// a node fields of its own, before something is set that makes it differ from its neighbours; others never do that again.
///
///     node      n       n+1  n+2  n+3  n+4  n+5  n+6     n+7
///     fields    own     ──────── stretch ────────        own
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
    /// Whether stretches may speak for nodes.
    let hasStretches: Bool
    /// Whether a priority that ends was ever asked for: else all lifetimes are unlimited.
    var knowsLifetimes = false
    /// The nodes there is room for before the store grows.
    private(set) var capacity: Int
    private var used = 0
    private var firstFree = NodeID.none

    private(set) var parent: Column<NodeID>
    private(set) var block: Column<BlockID>
    /// Who speaks for the node; `none` for those that have fields of their own.
    private(set) var owner: Column<StretchID>
    private(set) var stretches: Column<Stretch>
    private var usedStretches = 0
    private var firstFreeStretch = StretchID.none
    /// Leases on a node with fields of its own; of the first of free nodes side by side, how many these are.
    private(set) var ownLeases: Column<Int32>
    /// Resident nodes that attach to it.
    private(set) var children: Column<Int32>
    /// Those of them that are in the slow tier.
    private(set) var slowChildren: Column<Int32>
    /// The next node of the child index's bucket; of a free node, the next free one.
    private(set) var next: Column<NodeID>
    /// Whose a node with fields of its own is.
    private(set) var ownSpace: Column<SpaceID>
    /// How many tokens precede those of a node with fields of its own on its path.
    private(set) var ownPosition: Column<Int32>
    /// How long its priority holds once nobody uses the node.
    private(set) var lifetime: Column<CacheLifetime>
    /// When a path that ended in the node, or in what hung on it and is gone, last ended, in the cache's logical time.
    private(set) var lastUse: Column<UInt64>
    /// The hash of the path up to the first token of a node with fields of its own; where hashes name blocks, of every node.
    private(set) var ownPrefix: Column<PathHash>
    private(set) var attach: Column<UInt8>
    private(set) var count: Column<UInt8>
    private(set) var ownReady: Column<UInt8>
    private(set) var ownClaimed: Column<UInt8>
    private(set) var start: Column<UInt8>
    private(set) var flags: Column<Flags>
    /// 1 if the node before is its parent, it attaches to the end of that full block, and others may find it; so it is of plain nodes,
    /// of which this does not tell.
    private(set) var ownChained: Column<UInt8>
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
    ///   - hasStretches: whether a stretch may speak for several nodes: only where others find every node, and all are in memory.
    init(tokensPerBlock: Int, hasher: PathHasher, capacity: Int, limit: Int, hasStretches: Bool) {
        self.hasStretches = hasStretches
        self.tokensPerBlock = tokensPerBlock
        self.hasher = hasher
        self.limit = limit
        self.capacity = capacity
        parent = Column(capacity: capacity, filler: .none)
        block = Column(capacity: capacity, filler: .none)
        owner = Column(capacity: capacity, filler: .none)
        stretches = Column(capacity: 1, filler: Stretch())
        ownLeases = Column(capacity: capacity, filler: 0)
        children = Column(capacity: capacity, filler: 1)
        slowChildren = Column(capacity: capacity, filler: 0)
        next = Column(capacity: capacity, filler: .none)
        ownSpace = Column(capacity: capacity, filler: .none)
        ownPosition = Column(capacity: capacity, filler: 0)
        lifetime = Column(capacity: capacity, filler: .unlimited)
        lastUse = Column(capacity: capacity, filler: 0)
        ownPrefix = Column(capacity: capacity, filler: PathHash(rawValue: 0))
        attach = Column(capacity: capacity, filler: UInt8(tokensPerBlock))
        count = Column(capacity: capacity, filler: UInt8(tokensPerBlock))
        ownReady = Column(capacity: capacity, filler: 0)
        ownClaimed = Column(capacity: capacity, filler: 0)
        start = Column(capacity: capacity, filler: 0)
        flags = Column(capacity: capacity, filler: .listed)
        ownChained = Column(capacity: capacity, filler: 0)
        priority = Column(capacity: capacity, filler: .standard)
        uses = Column(capacity: capacity, filler: 0)
        tier = Column(capacity: capacity, filler: .memory)
        tokens = Column(capacity: capacity * tokensPerBlock, filler: TokenID(0))
        parent.fill(0..<capacity) { NodeID(Int32($0) - 1) }
    }

    deinit {
        parent.deallocate()
        block.deallocate()
        owner.deallocate()
        stretches.deallocate()
        ownLeases.deallocate()
        children.deallocate()
        slowChildren.deallocate()
        next.deallocate()
        ownSpace.deallocate()
        ownPosition.deallocate()
        lifetime.deallocate()
        lastUse.deallocate()
        ownPrefix.deallocate()
        attach.deallocate()
        count.deallocate()
        ownReady.deallocate()
        ownClaimed.deallocate()
        start.deallocate()
        flags.deallocate()
        ownChained.deallocate()
        priority.deallocate()
        uses.deallocate()
        tier.deallocate()
        tokens.deallocate()
    }

    /// Indices ever used; free ones among them have no block and are not roots.
    var usedIndices: Range<Int> { 0..<used }

    /// The bytes it occupies.
    var bytes: Int {
        parent.bytes + block.bytes + owner.bytes + stretches.bytes + ownLeases.bytes + children.bytes
            + slowChildren.bytes + next.bytes + ownSpace.bytes
            + ownPosition.bytes
            + lifetime.bytes + lastUse.bytes + ownPrefix.bytes + attach.bytes + count.bytes + ownReady.bytes
            + ownClaimed.bytes
            + start.bytes + flags.bytes + ownChained.bytes + priority.bytes + uses.bytes + tier.bytes + tokens.bytes
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
        var end = first
        while end - first < most, firstFree.index == end {
            let count = Int(ownLeases[end])
            let next = next[end]
            let taken = min(count, most - (end - first))
            end += taken
            guard taken < count else {
                firstFree = next
                continue
            }
            firstFree = NodeID(Int32(end))
            (self.next[end], ownLeases[end]) = (next, Int32(count - taken))
        }
        return first..<end
    }

    /// Forgets nodes that lie side by side, whole stretches of them; their indices are used again, in order.
    ///
    /// O(nodes), of which plain ones cost next to nothing.
    mutating func free(_ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            let stretch = owner[index]
            guard stretch == .none else {
                index = Int(stretches[stretch].end)
                forget(stretch)
                continue
            }
            parent[index] = NodeID(Int32(index) - 1)
            children[index] = 1
            slowChildren[index] = 0
            lifetime[index] = .unlimited
            lastUse[index] = 0
            attach[index] = UInt8(tokensPerBlock)
            count[index] = UInt8(tokensPerBlock)
            start[index] = 0
            flags[index] = .listed
            priority[index] = .standard
            uses[index] = 0
            tier[index] = .memory
            index += 1
        }
        block.fill(range, with: .none)
        owner.fill(range, with: .none)
        next[range.lowerBound] = firstFree
        ownLeases[range.lowerBound] = Int32(range.count)
        firstFree = NodeID(Int32(range.lowerBound))
    }

    /// Takes in a stretch that speaks for its nodes from now on. O(nodes).
    mutating func remember(_ stretch: Stretch) {
        let id: StretchID
        if firstFreeStretch == .none {
            id = StretchID(Int32(usedStretches))
            stretches.makeRoom(for: usedStretches, limit: limit / 2)
            usedStretches += 1
        } else {
            id = firstFreeStretch
            firstFreeStretch = StretchID(stretches[id].first)
        }
        stretches[id] = stretch
        owner.fill(Int(stretch.first)..<Int(stretch.end), with: id)
    }

    /// Changes a stretch whose nodes it speaks for already.
    func update(_ id: StretchID, _ change: (inout Stretch) -> Void) {
        change(&stretches.pointer(at: id.index).pointee)
    }

    /// A stretch speaks for nobody any more.
    mutating func forget(_ id: StretchID) {
        stretches[id].first = firstFreeStretch.rawValue
        firstFreeStretch = id
    }

    /// The room for a node's tokens, and behind it for the next node's; valid until nodes are made.
    func tokens(of node: NodeID) -> UnsafeMutablePointer<TokenID> {
        tokens.pointer(at: node.index * tokensPerBlock)
    }

    /// The hash of the path up to a node's token.
    func hash(of node: NodeID, upTo offset: Int) -> PathHash {
        hasher.extend(prefix(of: node), by: tokens(of: node), count: offset)
    }

    /// The hash of the path up to a node's end.
    func endHash(of node: NodeID) -> PathHash {
        hash(of: node, upTo: Int(count[node]))
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
        let old = parent.capacity
        parent.grow(to: capacity)
        parent.fill(old..<capacity) { NodeID(Int32($0) - 1) }
        block.grow(to: capacity)
        owner.grow(to: capacity)
        ownLeases.grow(to: capacity)
        children.grow(to: capacity)
        slowChildren.grow(to: capacity)
        next.grow(to: capacity)
        ownSpace.grow(to: capacity)
        ownPosition.grow(to: capacity)
        lifetime.grow(to: capacity)
        lastUse.grow(to: capacity)
        ownPrefix.grow(to: capacity)
        attach.grow(to: capacity)
        count.grow(to: capacity)
        ownReady.grow(to: capacity)
        ownClaimed.grow(to: capacity)
        start.grow(to: capacity)
        flags.grow(to: capacity)
        ownChained.grow(to: capacity)
        priority.grow(to: capacity)
        uses.grow(to: capacity)
        tier.grow(to: capacity)
        tokens.grow(to: capacity * tokensPerBlock)
    }
}
