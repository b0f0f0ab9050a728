/// The nodes of all prefix trees: a record for each, their blocks, and their tokens.
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
/// side by side too, and what is done to a path is done to all of it, not to one node after the other.
///
///     node      n            n+1          n+2          n+3
///     tokens    [ a b c d ]  [ e f g h ]  [ i j k l ]  [ m n · · ]
///     chained   ·            yes          yes          yes          found without the child index
///
/// The nodes of a run between its first and its last differ in nothing that could not be told from their index: a `Stretch` speaks for all
/// of them, so that making, leasing, computing and forgetting them costs next to nothing, however small the blocks are. Of such a **plain**
/// node, what stretches have in common stands in the stretch, and its own record is that of a new node. `settle` gives
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

    /// How much room there is for each stretch that there may be: shorter ones are few, or not worth a record.
    private static let tokensPerStretch = 32

    let tokensPerBlock: Int
    let hasher: PathHasher
    private let limit: Int
    /// Whether a node may have been cut out of a longer one.
    let hasFronts: Bool
    /// How many stretches there may be at most. Nodes for which there would be one more have fields of their own.
    private let mostStretches: Int
    /// Whether a priority that ends was ever asked for: else all lifetimes are unlimited.
    var knowsLifetimes = false
    /// The nodes there is room for before the store grows.
    private(set) var capacity: Int
    private var used = 0
    private var firstFree = NodeID.none

    /// What each node has of its own.
    private var records: Column<NodeRecord>
    /// Where each node's keys and values are.
    private(set) var block: Column<BlockID>
    /// Who speaks for the node; `none` for those that have fields of their own.
    private(set) var owner: Column<StretchID>
    private(set) var stretches: Column<Stretch>
    private(set) var usedStretches = 0
    private var firstFreeStretch = StretchID.none
    private var tokens: Column<TokenID>

    /// - Parameters:
    ///   - capacity: how many nodes there is room for at once.
    ///   - limit: how many nodes are to be expected at most.
    ///   - hasStretches: whether a stretch may speak for several nodes: only where others find every node, and all are in memory.
    ///   - hasFronts: whether a node may be cut out of a longer one.
    init(tokensPerBlock: Int, hasher: PathHasher, capacity: Int, limit: Int, hasStretches: Bool, hasFronts: Bool) {
        self.hasFronts = hasFronts
        mostStretches = hasStretches ? min(limit / 2, limit * tokensPerBlock / Self.tokensPerStretch + 1) : 0
        self.tokensPerBlock = tokensPerBlock
        self.hasher = hasher
        self.limit = limit
        self.capacity = capacity
        records = Column(
            capacity: capacity, filler: NodeRecord(index: 0, tokensPerBlock: tokensPerBlock))
        block = Column(capacity: capacity, filler: .none)
        owner = Column(capacity: capacity, filler: .none)
        stretches = Column(capacity: 1, filler: Stretch())
        tokens = Column(capacity: capacity * tokensPerBlock, filler: TokenID(0))
        renew(0..<capacity)
    }

    deinit {
        records.deallocate()
        block.deallocate()
        owner.deallocate()
        stretches.deallocate()
        tokens.deallocate()
    }

    /// The fields of a node.
    subscript(node: NodeID) -> NodeRecord {
        _read { yield records.pointer(at: node.index).pointee }
        nonmutating _modify { yield &records.pointer(at: node.index).pointee }
    }

    /// The fields of the node with an index.
    subscript(index: Int) -> NodeRecord {
        _read { yield records.pointer(at: index).pointee }
        nonmutating _modify { yield &records.pointer(at: index).pointee }
    }

    /// Indices ever used; free ones among them have no block and are not roots.
    var usedIndices: Range<Int> { 0..<used }

    /// The bytes it occupies.
    var bytes: Int {
        records.bytes + block.bytes + owner.bytes + stretches.bytes + tokens.bytes
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
            let count = Int(self[end].ownLeases)
            let next = self[end].next
            let taken = min(count, most - (end - first))
            end += taken
            guard taken < count else {
                firstFree = next
                continue
            }
            firstFree = NodeID(Int32(end))
            (self[end].next, self[end].ownLeases) = (next, Int32(count - taken))
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
            renew(index..<index + 1)
            index += 1
        }
        block.fill(range, with: .none)
        owner.fill(range, with: .none)
        self[range.lowerBound].next = firstFree
        self[range.lowerBound].ownLeases = Int32(range.count)
        firstFree = NodeID(Int32(range.lowerBound))
    }

    /// Whether a stretch more may speak for nodes.
    var hasRoomForStretch: Bool { firstFreeStretch != .none || usedStretches < mostStretches }

    /// Takes in a stretch that speaks for its nodes from now on. There must be room for it. O(nodes).
    mutating func remember(_ stretch: Stretch) {
        let id: StretchID
        if firstFreeStretch == .none {
            assert(usedStretches < mostStretches)
            id = StretchID(Int32(usedStretches))
            stretches.makeRoom(for: usedStretches, limit: mostStretches)
            usedStretches += 1
        } else {
            id = firstFreeStretch
            firstFreeStretch = StretchID(stretches[id].first)
        }
        stretches[id] = stretch
        owner.fill(Int(stretch.first)..<Int(stretch.end), with: id)
    }

    /// The number of records that wait to be used again. O(free stretches).
    var freeStretches: Int {
        var (count, id) = (0, firstFreeStretch)
        while id != .none { (count, id) = (count + 1, StretchID(stretches[id].first)) }
        return count
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

    /// How many tokens more a node can take.
    func room(in node: NodeID) -> Int {
        block[node] == .none ? 0 : tokensPerBlock - start(of: node) - Int(self[node].count)
    }

    /// How many slots of a node's block lie unused in front.
    func start(of node: NodeID) -> Int { hasFronts ? Int(self[node].start) : 0 }

    /// The slot of a node's token.
    func slot(of node: NodeID, at offset: Int) -> KVSlot {
        KVSlot(rawValue: block[node].rawValue * Int32(tokensPerBlock) + Int32(start(of: node) + offset))
    }

    private mutating func grow() {
        // A node for each block, and some for roots, is all there can ever be: no use in doubling beyond.
        capacity = capacity < limit ? min(capacity * 2, limit) : capacity + capacity / 8 + 1
        let old = records.capacity
        records.grow(to: capacity)
        block.grow(to: capacity)
        owner.grow(to: capacity)
        tokens.grow(to: capacity * tokensPerBlock)
        renew(old..<capacity)
    }

    /// The nodes are as new ones.
    private func renew(_ range: Range<Int>) {
        records.fill(range) { NodeRecord(index: $0, tokensPerBlock: tokensPerBlock) }
    }
}
