extension PrefixTree {
    /// Keeps a path: none of its nodes goes before the lease is given back.
    mutating func lease(_ path: Path) {
        nodes.leases[path.root] += 1
        for node in path.nodes { lease(node) }
    }

    /// Keeps a node.
    mutating func lease(_ node: NodeID) {
        if nodes.leases[node] == 0 {
            unleasedBlocks -= 1
            evictable.remove(node, in: nodes)
        }
        nodes.leases[node] += 1
    }

    /// Takes back the leases of an admission that failed, as if it had never been tried.
    mutating func rollBack(_ path: Path) {
        for node in path.nodes.reversed() {
            nodes.leases[node] -= 1
            if nodes.leases[node] == 0 { becomeUnleased(node) }
        }
        releaseRoot(path.root)
    }

    /// Gives a path back. What it computed stays until it is evicted; what nobody computed goes at once.
    mutating func release(_ path: Path) {
        now += 1
        if mode == .completed { publish(path) }
        for node in path.nodes.reversed() {
            nodes.leases[node] -= 1
            guard nodes.leases[node] == 0 else {
                nodes.lastUse[node] = now
                continue
            }
            if nodes.ready[node] == 0 || !nodes.flags[node].contains(.listed) {
                remove(node)
                continue
            }
            // Nothing hangs on the tokens behind `ready`: it could be neither computed nor leased.
            nodes.count[node] = nodes.ready[node]
            nodes.claimed[node] = nodes.ready[node]
            nodes.lastUse[node] = now
            becomeUnleased(node)
        }
        releaseRoot(path.root)
    }

    private mutating func becomeUnleased(_ node: NodeID) {
        unleasedBlocks += 1
        if nodes.children[node] == 0 { becomeEvictable(node) }
    }

    private mutating func releaseRoot(_ root: NodeID) {
        nodes.leases[root] -= 1
        if nodes.leases[root] == 0, nodes.children[root] == 0 { removeRoot(root) }
    }
}
