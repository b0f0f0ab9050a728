/// Finds the child of (parent, attach offset, first token): one hash table for all nodes, linked through `NodeStore.next`.
///
/// The child that lies behind its full parent in memory is chained to it and stands in no bucket: a look at the neighbour finds it.
///
/// Children of one (parent, attach) have distinct first tokens, so a key has at most one node. O(1) expected, however many
/// children hang on one node. The key's own parts are compared, so that a collision cannot find a wrong node.
struct ChildIndex: ~Copyable {
    private var heads: Column<NodeID>
    private var count = 0
    private let limit: Int

    /// - Parameters:
    ///   - capacity: how many nodes there is room for at once.
    ///   - limit: how many nodes are to be expected at most.
    init(capacity: Int, limit: Int) {
        heads = Column(capacity: capacity, filler: .none)
        self.limit = limit
    }

    deinit {
        heads.deallocate()
    }

    /// The bytes it occupies.
    var bytes: Int { heads.bytes }

    /// The listed child, if there is one.
    func find(parent: NodeID, attach: Int, first: TokenID, in nodes: borrowing NodeStore) -> NodeID? {
        let behind = NodeID(parent.rawValue + 1)
        if attach == nodes.tokensPerBlock, behind.index < nodes.usedIndices.upperBound, nodes.isChained(behind),
            nodes.tokens(of: behind)[0] == first
        {
            return behind
        }
        var node = heads[bucket(parent, attach, first)]
        while node != .none {
            if isChild(node, of: parent, attach, first, nodes) { return node }
            node = nodes[node].next
        }
        return nil
    }

    private func isChild(
        _ node: NodeID, of parent: NodeID, _ attach: Int, _ first: TokenID, _ nodes: borrowing NodeStore
    ) -> Bool {
        nodes[node].parent == parent && Int(nodes[node].attach) == attach && nodes.tokens(of: node)[0] == first
    }

    /// Lists a node under its parent, attach offset and first token, which must not change while it is listed.
    mutating func insert(_ node: NodeID, in nodes: borrowing NodeStore) {
        assert(
            find(
                parent: nodes[node].parent, attach: Int(nodes[node].attach), first: nodes.tokens(of: node)[0], in: nodes
            ) == nil)
        nodes[node].flags.insert(.listed)
        if nodes[node].parent.rawValue + 1 == node.rawValue, Int(nodes[node].attach) == nodes.tokensPerBlock {
            nodes[node].ownChained = true
            return
        }
        if count >= heads.capacity, heads.capacity < limit { grow(nodes) }
        link(node, nodes)
        count += 1
    }

    /// Lists new nodes that lie side by side, each the next one's full parent; plain ones are listed as they are.
    mutating func insertRun(_ range: Range<Int>, in nodes: borrowing NodeStore) {
        insert(NodeID(Int32(range.lowerBound)), in: nodes)
        nodes.forEachPart(of: range.dropFirst()) { part, stretch in
            guard stretch == .none else { return }
            nodes[part.lowerBound].flags = .listed
            nodes[part.lowerBound].ownChained = true
        }
    }

    /// Takes a listed node out.
    mutating func remove(_ node: NodeID, in nodes: borrowing NodeStore) {
        nodes[node].flags.remove(.listed)
        guard !nodes.isChained(node) else {
            nodes[node].ownChained = false
            return
        }
        count -= 1
        let bucket = bucket(nodes[node].parent, Int(nodes[node].attach), nodes.tokens(of: node)[0])
        if heads[bucket] == node {
            heads[bucket] = nodes[node].next
        } else {
            var before = heads[bucket]
            while nodes[before].next != node { before = nodes[before].next }
            nodes[before].next = nodes[node].next
        }
        nodes[node].next = .none
    }

    /// Takes listed nodes out that lie side by side, whole stretches of them, each hanging on the one before.
    mutating func removeRun(_ range: Range<Int>, in nodes: borrowing NodeStore) {
        var index = range.lowerBound
        while index < range.upperBound {
            let stretch = nodes.owner[index]
            if stretch == .none { remove(NodeID(Int32(index)), in: nodes) }
            index = stretch == .none ? index + 1 : Int(nodes.stretches[stretch].end)
        }
    }

    private func link(_ node: NodeID, _ nodes: borrowing NodeStore) {
        let bucket = bucket(nodes[node].parent, Int(nodes[node].attach), nodes.tokens(of: node)[0])
        nodes[node].next = heads[bucket]
        heads[bucket] = node
    }

    private mutating func grow(_ nodes: borrowing NodeStore) {
        let old = heads
        heads = Column(capacity: min(old.capacity * 2, limit), filler: .none)
        for bucket in 0..<old.capacity {
            var node = old[bucket]
            while node != .none {
                let next = nodes[node].next
                link(node, nodes)
                node = next
            }
        }
        old.deallocate()
    }

    /// Two rounds of multiply and shift, as in MurmurHash3's 64-bit finaliser; then the hash, as a fraction, of the number of buckets.
    private func bucket(_ parent: NodeID, _ attach: Int, _ first: TokenID) -> Int {
        var hash = UInt64(UInt32(bitPattern: parent.rawValue)) << 32 | UInt64(UInt32(bitPattern: first.rawValue))
        hash ^= UInt64(attach) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(heads.capacity)).high)
    }
}
