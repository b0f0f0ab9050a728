extension PrefixTree {
    var hasSlowTier: Bool { slowPool.capacity > 0 }

    /// The blocks of the slow tier that hold something.
    var slowBlocks: Int { slowPool.capacity - slowPool.free }

    /// The nodes of a path that are in the slow tier, in the path's order. O(nodes) if the slow tier holds anything.
    func slowNodes(of path: Path) -> [NodeID] {
        slowBlocks == 0 ? [] : path.nodes.filter { nodes[$0].tier == .slow }
    }

    /// Whether a node may leave memory, or the slow tier, as far as what hangs on it is concerned.
    func isLeaf(_ node: NodeID) -> Bool {
        nodes[node].children == (nodes[node].tier == .memory ? nodes[node].slowChildren : 0)
    }

    /// Evicts a node from memory: to the slow tier, unless everything there is worth more.
    mutating func offload(_ node: NodeID) {
        policy.evicted(candidate(node))
        let order = order(of: node)
        while slowPool.free == 0, let worst = slowEvictable.first {
            if nodes[node].children == 0, order < worst.key { break }
            dropForRoom(worst.node)
        }
        guard slowPool.free > 0 else { return dropForRoom(node) }
        evictable.remove(node)
        let parent = nodes[node].parent
        nodes[parent].lastUse = max(nodes[parent].lastUse, nodes[node].lastUse)
        let old = nodes.block[node]
        move(node, to: .slow, block: slowPool.take())
        pool.give(old)
        nodes[parent].slowChildren += 1
        countUnleased(-1, in: nodes.space(of: node))
        spaces.guards[nodes.space(of: node).index].resident -= 1
        totals.offloadedBlocks += 1
        if isLeaf(node) { becomeEvictable(node) }
        becomeLeaf(parent)
    }

    /// Brings leased nodes of the slow tier back, sources first. The blocks for it must be available.
    mutating func onboard(_ slow: [NodeID]) {
        for node in slow {
            let space = nodes.space(of: node)
            makeRoom(for: 1, in: space)
            let old = nodes.block[node]
            move(node, to: .memory, block: pool.take())
            slowPool.give(old)
            spaces.guards[space.index].resident += 1
            nodes[nodes[node].parent].slowChildren -= 1
            totals.onboardedBlocks += 1
        }
    }

    private mutating func move(_ node: NodeID, to tier: CacheTier, block: BlockID) {
        let (from, to) = (Int(nodes.block[node].rawValue), Int(block.rawValue))
        let slots = nodes.start(of: node)..<nodes.start(of: node) + Int(nodes[node].count)
        switch tier {
        case .slow: storage?.offload(from, to: to, slots: slots)
        case .memory: storage?.onboard(from, to: to, slots: slots)
        }
        nodes.block[node] = block
        nodes[node].tier = tier
        announceMove(node)
    }

    private mutating func dropForRoom(_ node: NodeID) {
        let tokens = Int(nodes[node].count)
        count(in: nodes.space(of: node)) { totals in
            totals.evictedBlocks += 1
            totals.evictedTokens += tokens
        }
        drop(node, because: .evicted)
    }
}
