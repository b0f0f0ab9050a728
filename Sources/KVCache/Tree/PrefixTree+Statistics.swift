extension PrefixTree {
    /// What each namespace holds, in the order of their names. O(nodes).
    var namespaceStatistics: [NamespaceStatistics] {
        var bySpace: [SpaceID: NamespaceStatistics] = [:]
        for space in spaces.all {
            var statistics = NamespaceStatistics(spaces.namespace(of: space))
            statistics.totals = spaces.totals[space.index]
            statistics.pinnedBlocks = spaces.pinnedBlocks[space.index]
            bySpace[space] = statistics
        }
        var depths: [NodeID: Int] = [:]
        for index in nodes.usedIndices {
            let node = NodeID(Int32(index))
            guard nodes.block[node] != .none else { continue }
            let depth = depth(of: node, known: &depths)
            bySpace[nodes.space(of: node)]?.count(
                tokens: Int(nodes[node].count), of: nodes.tokensPerBlock, isLeased: nodes.leases(of: node) > 0,
                isSlow: nodes[node].tier == .slow,
                end: nodes.position(of: node) + Int(nodes[node].count), depth: depth)
        }
        return bySpace.values.sorted { $0.namespace.sortKey.lexicographicallyPrecedes($1.namespace.sortKey) }
    }

    private func depth(of node: NodeID, known: inout [NodeID: Int]) -> Int {
        var way: [NodeID] = []
        var current = node
        while nodes.block[current] != .none, known[current] == nil {
            way.append(current)
            current = nodes[current].parent
        }
        var depth = known[current] ?? 0
        for node in way.reversed() {
            depth += 1
            known[node] = depth
        }
        return known[node] ?? depth
    }
}

extension NamespaceStatistics {
    fileprivate mutating func count(tokens: Int, of slots: Int, isLeased: Bool, isSlow: Bool, end: Int, depth: Int) {
        blocks += 1
        leasedBlocks += isLeased ? 1 : 0
        slowBlocks += isSlow ? 1 : 0
        self.tokens += tokens
        unusedSlots += slots - tokens
        depthTokens = max(depthTokens, end)
        depthBlocks = max(depthBlocks, depth)
    }
}

extension CacheNamespace {
    fileprivate var sortKey: [String] {
        [model, adapter == nil ? "" : "1", adapter ?? "", salt == nil ? "" : "1", salt ?? ""]
    }
}
