extension PrefixTree {
    /// An empty block, after an eviction if need be; `nil` if all blocks are leased.
    mutating func takeBlock() -> BlockID? {
        if pool.free == 0 { evictOne() }
        return pool.take()
    }

    /// Evicts the node that is to go first among those without a lease and a resident child.
    private mutating func evictOne() {
        guard let node = evictable.pop(in: nodes) else { return }
        evictions += 1
        unleasedBlocks -= 1
        remove(node)
    }

    /// Enters a node that has neither lease nor child.
    mutating func becomeEvictable(_ node: NodeID) {
        let candidate = EvictionCandidate(lastUse: nodes.lastUse[node])
        evictable.insert(node, rank: policy.rank(of: candidate), in: nodes)
    }

    /// Forgets a node on which nothing hangs and that is not in the queue; its block becomes empty.
    mutating func remove(_ node: NodeID) {
        assert(nodes.children[node] == 0 && nodes.leases[node] == 0 && nodes.queuePosition[node] < 0)
        if nodes.flags[node].contains(.listed) { index.remove(node, in: nodes) }
        pool.give(nodes.block[node])
        let parent = nodes.parent[node]
        nodes.free(node)
        detachChild(from: parent)
    }

    /// Counts a child that went; its parent may be the next to go.
    mutating func detachChild(from parent: NodeID) {
        nodes.children[parent] -= 1
        guard nodes.children[parent] == 0, nodes.leases[parent] == 0 else { return }
        if nodes.block[parent] == .none {
            removeRoot(parent)
        } else {
            becomeEvictable(parent)
        }
    }

    mutating func removeRoot(_ root: NodeID) {
        if let namespace = namespaces.removeValue(forKey: root) { roots[namespace] = nil }
        nodes.free(root)
    }
}
