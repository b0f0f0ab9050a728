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
            spaces.guards[nodes.space[node].index].unleased -= 1
            evictable.remove(node)
            expiring.remove(node)
        }
        nodes.leases[node] += 1
    }

    /// Ends a path: settles its account and gives it back.
    ///
    /// - Parameter firstOpenNode: an index into the path's nodes; all before it are computed.
    mutating func end(_ path: Path, record id: PathRecords.ID, from firstOpenNode: Int) {
        let account = records[id].account(ready: readyCount(of: path, from: firstOpenNode))
        assert(account.isConserved, "\(account)")
        count(in: nodes.space[path.root]) { $0.ended += account }
        records.remove(id)
        release(path)
    }

    /// Gives a path back. What it computed stays until it is evicted; what nobody computed goes at once.
    mutating func release(_ path: Path) {
        log.beginOperation()
        now += 1
        if mode == .completed { publish(path) }
        for node in path.nodes.reversed() {
            nodes.leases[node] -= 1
            nodes.lastUse[node] = now
            if nodes.uses[node] < .max { nodes.uses[node] += 1 }
            guard nodes.leases[node] == 0 else { continue }
            if nodes.ready[node] == 0 || !nodes.flags[node].contains(.listed) {
                remove(node)
                continue
            }
            // Nothing hangs on the tokens behind `ready`: it could be neither computed nor leased.
            nodes.count[node] = nodes.ready[node]
            nodes.claimed[node] = nodes.ready[node]
            becomeUnleased(node)
        }
        releaseRoot(path.root)
    }

    private mutating func becomeUnleased(_ node: NodeID) {
        unleasedBlocks += 1
        spaces.guards[nodes.space[node].index].unleased += 1
        let lifetime = nodes.lifetime[node]
        if lifetime != .unlimited { expiring.insert(node, key: time.adding(lifetime)) }
        if nodes.children[node] == 0 { becomeEvictable(node) }
    }

    private mutating func releaseRoot(_ root: NodeID) {
        nodes.leases[root] -= 1
        if nodes.leases[root] == 0, nodes.children[root] == 0 { removeRoot(root) }
    }
}
