extension PrefixTree {
    /// Lists what a path computed in nodes of its own, so that others find it from now on.
    ///
    /// Where others published the same tokens meanwhile, theirs stay and the path's own, still unlisted, go with its lease.
    /// A node in which the path leaves what others published keeps only its own part:
    ///
    ///     others'      … [ a b c d ] [ e f ]
    ///     own, before  … [ a b c d ] [ e g h ]
    ///     own, after                 [ e f ]─1─[ · g h ]      `start` = 1
    mutating func publish(_ path: Path) {
        let own = path.nodes
        guard let first = own.firstIndex(where: { !nodes[$0].flags.contains(.listed) }) else { return }
        var shared = own[..<first].last ?? path.root
        var offset = Int(nodes[own[first]].attach)
        var parted = false
        for (place, node) in own.enumerated().dropFirst(first) {
            guard nodes.ready(of: node) > 0 else { return }
            nodes[node].count = nodes.ready(of: node)
            nodes[node].ownClaimed = nodes.ready(of: node)
            if !parted {
                let known = follow(node, from: &shared, &offset)
                if known == Int(nodes[node].count) { continue }
                parted = true
                cutFront(of: node, tokens: known, child: own[(place + 1)...].first)
                move(node, to: shared, attach: offset)
            }
            index.insert(node, in: nodes)
            announce(node, from: 0)
        }
    }

    /// Follows a node's tokens through the listed nodes. Returns how many of them are there.
    private func follow(_ node: NodeID, from shared: inout NodeID, _ offset: inout Int) -> Int {
        let tokens = UnsafeBufferPointer(start: nodes.tokens(of: node), count: Int(nodes[node].count))
        var known = 0
        while known < tokens.count {
            let common = commonLength(of: shared, from: offset, tokens, from: known)
            known += common
            offset += common
            guard known < tokens.count,
                let child = index.find(parent: shared, attach: offset, first: tokens[known], in: nodes)
            else { break }
            shared = child
            offset = 0
        }
        return known
    }

    private func cutFront(of node: NodeID, tokens cut: Int, child: NodeID?) {
        guard cut > 0 else { return }
        let tokens = nodes.tokens(of: node)
        nodes[node].ownPrefix = nodes.hash(of: node, upTo: cut)
        nodes[node].ownPosition += Int32(cut)
        for offset in cut..<Int(nodes[node].count) { tokens[offset - cut] = tokens[offset] }
        nodes[node].start += UInt8(cut)
        nodes[node].count -= UInt8(cut)
        nodes[node].ownReady -= UInt8(cut)
        nodes[node].ownClaimed -= UInt8(cut)
        if let child { nodes[child].attach -= UInt8(cut) }
    }

    private mutating func move(_ node: NodeID, to parent: NodeID, attach: Int) {
        let old = nodes[node].parent
        guard old != parent || Int(nodes[node].attach) != attach else { return }
        evictable.remove(parent)
        nodes[parent].children += 1
        nodes[node].parent = parent
        nodes[node].attach = UInt8(attach)
        nodes[old].children -= 1
        becomeLeaf(old)
    }
}
