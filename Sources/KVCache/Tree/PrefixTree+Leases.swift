extension PrefixTree {
    /// Keeps a path: none of its nodes goes before the lease is given back. O(nodes).
    ///
    /// - Parameter slow: those of its nodes that are in the slow tier; they are brought back.
    mutating func lease(_ path: Path, slow: [NodeID]) {
        nodes[path.root].ownLeases += 1
        // What is noted of a path is noted at its last node; and what joins the path hangs there.
        nodes.settle(path.tail)
        let leased = path.pieces.reduce(0) { $0 + nodes.addLeases($1.indices) }
        countUnleased(slow.count - leased, in: nodes.space(of: path.root))
        if slow.isEmpty {
            // Before the last node, each has a child in memory on the path, so that it did not stand in the queue.
            evictable.remove(path.tail)
        } else {
            evictable.remove(nodes[slow[0]].parent)
            slowEvictable.remove(path.tail)
        }
        if nodes.knowsLifetimes { for node in path.nodes { expiring.remove(node) } }
        onboard(slow)
    }

    /// Keeps a node more, on whose parent there is a lease. There must be a block available if it is in the slow tier.
    mutating func lease(_ node: NodeID) {
        nodes.settle(node)
        let isSlow = nodes[node].tier == .slow
        if nodes.leases(of: node) == 0 {
            if !isSlow { countUnleased(-1, in: nodes.space(of: node)) }
            evictable.remove(node)
            slowEvictable.remove(node)
            expiring.remove(node)
        }
        nodes[node].ownLeases += 1
        if isSlow { onboard([node]) }
    }

    /// Ends a path: settles its account and gives it back.
    ///
    /// - Parameter known: how many of its tokens are known to be computed.
    mutating func end(_ path: Path, record id: PathRecords.ID, known: Int) {
        let account = records[id].account(ready: readyCount(of: path, from: known))
        assert(account.isConserved, "\(account)")
        count(in: nodes.space(of: path.root)) { $0.ended += account }
        records.remove(id)
        release(path)
    }

    /// Gives a path back. What it computed stays until it is evicted; what nobody computed goes at once.
    ///
    /// The path's use is noted at its last node alone; who evicts that hands it on to the parent. O(nodes).
    mutating func release(_ path: Path) {
        log.beginOperation()
        now += 1
        if mode == .completed { publish(path) }
        if let tail = path.pieces.isEmpty ? nil : path.tail {
            nodes[tail].lastUse = now
            if nodes[tail].uses < .max { nodes[tail].uses += 1 }
        }
        // Most nodes are computed entirely, and nothing else need be looked at.
        let isPlain = mode == .early && !nodes.knowsLifetimes
        var (unleased, end): (Int, NodeID?) = (0, nil)
        for place in path.pieces.indices.reversed() {
            let range = path.indices(of: place)
            let plain = isPlain ? nodes.completeCount(range) : 0
            let border = range.lowerBound &+ plain
            if border < range.upperBound {
                for index in (border..<range.upperBound).reversed() { release(NodeID(Int32(index))) }
            }
            guard plain > 0 else { continue }
            unleased += nodes.removeLeases(range.lowerBound..<border)
            if end == nil { end = NodeID(Int32(border - 1)) }
        }
        countUnleased(unleased, in: nodes.space(of: path.root))
        // What precedes the last of them has a child on the path.
        if let end, isLeaf(end), nodes.leases(of: end) == 0 { becomeEvictable(end) }
        releaseRoot(path.root)
    }

    private mutating func release(_ node: NodeID) {
        nodes.settle(node)
        nodes[node].ownLeases -= 1
        guard nodes.leases(of: node) == 0 else { return }
        if nodes.ready(of: node) == 0 || !nodes[node].flags.contains(.listed) { return remove(node) }
        // Nothing hangs on the tokens behind `ready`: it could be neither computed nor leased.
        nodes[node].count = nodes.ready(of: node)
        nodes[node].ownClaimed = nodes.ready(of: node)
        countUnleased(1, in: nodes.space(of: node))
        let lifetime = nodes[node].lifetime
        if lifetime != .unlimited { expiring.insert(node, key: ExpiryOrder(time.adding(lifetime))) }
        if isLeaf(node) { becomeEvictable(node) }
    }

    private mutating func releaseRoot(_ root: NodeID) {
        nodes[root].ownLeases -= 1
        if nodes.leases(of: root) == 0, nodes[root].children == 0 { removeRoot(root) }
    }
}
