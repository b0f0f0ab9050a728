// The hashes of paths up to nodes.
//
// Where hashes name blocks, each node has its own from the start. Else they only find what is remembered of evicted nodes, and are found when
// they are asked for: from the nearest place on the path where one is known, and kept on the way. So a path is hashed once, however often it
// is asked about, and not at all as long as nothing is evicted.

extension NodeStore {
    /// The hash of the path up to a node's first token. O(tokens from where it is known).
    func prefix(of node: NodeID) -> PathHash {
        let id = owner[node]
        guard id != .none, !hasher.namesBlocks else { return headPrefix(node) }
        let first = NodeID(stretches[id].first)
        return extend(headPrefix(first), from: first, by: (node.index - first.index) * tokensPerBlock)
    }

    /// The hash of the path up to a node's token.
    func hash(of node: NodeID, upTo offset: Int) -> PathHash {
        extend(prefix(of: node), from: node, by: offset)
    }

    /// The hash of the path up to a node of a stretch, if it is known at the end that is nearer. O(tokens to that end).
    func nearPrefix(of node: NodeID, in stretch: Stretch) -> PathHash {
        let (before, behind) = (node.index - Int(stretch.first), Int(stretch.end) - node.index)
        if before > behind {
            return stretch.endPrefix == .unknown ? .unknown : shorten(stretch.endPrefix, to: node, by: behind)
        }
        let first = NodeID(stretch.first)
        return stretch.prefix == .unknown ? .unknown : extend(stretch.prefix, from: first, by: before * tokensPerBlock)
    }

    /// Sets the hashes of new nodes that lie side by side, each the next one's full parent. O(tokens).
    func setPrefixes(_ range: Range<Int>, from prefix: PathHash) {
        var hash = prefix
        for index in range {
            self[index].ownPrefix = hash
            hash = extend(hash, from: NodeID(Int32(index)), by: tokensPerBlock)
        }
    }

    /// The hash of the path up to the first token of a node with fields of its own, or of a stretch's first.
    private func headPrefix(_ head: NodeID) -> PathHash {
        var way: [NodeID] = []
        var (current, hash) = (head, knownPrefix(head))
        while hash == .unknown, self[current].parent != .none {
            way.append(current)
            current = self.head(of: self[current].parent)
            hash = knownPrefix(current)
        }
        for next in way.reversed() {
            let parent = self[next].parent
            let tokens = (parent.index - current.index) * tokensPerBlock + Int(self[next].attach)
            hash = extend(hash, from: current, by: tokens)
            keep(hash, upTo: next)
            // Nothing hangs on a stretch but the node behind it.
            let id = owner[current]
            if id != .none { update(id) { $0.endPrefix = hash } }
            current = next
        }
        return hash
    }

    /// The node itself, or the first of the stretch that speaks for it.
    private func head(of node: NodeID) -> NodeID {
        let id = owner[node]
        return id == .none ? node : NodeID(stretches[id].first)
    }

    private func knownPrefix(_ head: NodeID) -> PathHash {
        let id = owner[head]
        guard id != .none, !hasher.namesBlocks else { return self[head].ownPrefix }
        return stretches[id].prefix
    }

    private func keep(_ hash: PathHash, upTo head: NodeID) {
        let id = owner[head]
        if id == .none { self[head].ownPrefix = hash } else { update(id) { $0.prefix = hash } }
    }

    private func extend(_ hash: PathHash, from node: NodeID, by count: Int) -> PathHash {
        hasher.extend(hash, by: tokens(of: node), count: count)
    }

    private func shorten(_ hash: PathHash, to node: NodeID, by count: Int) -> PathHash {
        hasher.shorten(hash, by: tokens(of: node), count: count * tokensPerBlock)
    }
}

extension NodeStore {
    /// What is wrong with the hashes that are kept of a node, in words. Changes none.
    ///
    /// - Parameter prefixes: the hashes up to nodes that were found by the definition, one token after the other.
    func hashViolations(of node: NodeID, prefixes: inout [NodeID: PathHash]) -> [String] {
        let (id, prefix) = (owner[node], prefix(of: node, known: &prefixes))
        var found: [String] = []
        func check(_ kept: PathHash, _ right: PathHash, _ what: String) {
            if kept != .unknown, kept != right { found.append("has a wrong hash \(what)") }
        }
        if id == .none || hasher.namesBlocks { check(self[node].ownPrefix, prefix, "of its own") }
        guard id != .none, !hasher.namesBlocks else {
            if hasher.namesBlocks, self[node].ownPrefix != prefix { found.append("has no hash") }
            return found
        }
        let stretch = stretches[id]
        if stretch.first == node.rawValue { check(stretch.prefix, prefix, "at its stretch's start") }
        if stretch.end == node.rawValue + 1 {
            check(stretch.endPrefix, naively(prefix, node, tokensPerBlock), "at its stretch's end")
        }
        return found
    }

    private func prefix(of node: NodeID, known: inout [NodeID: PathHash]) -> PathHash {
        var way: [NodeID] = []
        var current = node
        while known[current] == nil, self[current].parent != .none {
            way.append(current)
            current = self[current].parent
        }
        var hash = known[current] ?? self[current].ownPrefix
        for next in way.reversed() {
            hash = naively(hash, current, Int(self[next].attach))
            known[next] = hash
            current = next
        }
        return hash
    }

    private func naively(_ hash: PathHash, _ node: NodeID, _ count: Int) -> PathHash {
        (0..<count).reduce(hash) { hasher.extend($0, by: tokens(of: node)[$1]) }
    }
}
