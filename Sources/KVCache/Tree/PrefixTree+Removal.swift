extension PrefixTree {
    /// Cuts a cached path back, from its end, to its first `keep` tokens.
    ///
    /// It stops where others need the rest: a lease, a pin, or cached tokens that hang there and are not on the path.
    /// O(tokens), and O(nodes) if others hang on the node in which it ends.
    /// - Returns: how many tokens went.
    mutating func truncate(_ tokens: UnsafeBufferPointer<TokenID>, keep: Int, in namespace: CacheNamespace) -> Int {
        guard let path = match(tokens, in: namespace)?.path else { return 0 }
        log.beginOperation()
        var dropped = 0
        for (place, node) in path.nodes.enumerated().reversed() {
            let kept = max(0, keep - path.start(at: place))
            let count = Int(nodes[node].count)
            guard kept < count, nodes.leases(of: node) == 0, path.length(at: place) == count else { break }
            if kept == 0, nodes[node].children == 0 {
                drop(node, because: .truncated)
                dropped += count
                continue
            }
            let end = max(kept, lastAttach(to: node))
            guard end < count else { break }
            retract(node, from: end)
            // It was the last of its run, or is so now.
            assert(nodes.owner[node] == .none)
            nodes[node].count = UInt8(end)
            nodes[node].ownReady = UInt8(end)
            nodes[node].ownClaimed = UInt8(end)
            dropped += count - end
            break
        }
        return dropped
    }

    /// Forgets everything without a lease, of one namespace or of all. Returns how many tokens went. O(blocks).
    mutating func reset(_ namespace: CacheNamespace?) -> Int {
        log.beginOperation()
        for space in spaces.guarded { returnSetAside(of: space) }
        let space = namespace.map { spaces.find($0) ?? .none }
        let isAll = space == nil && pool.free + unleasedBlocks == pool.capacity
        let clears = isAll && evictable.count + slowEvictable.count > 0
        log.isMuted = clears
        // What is in the slow tier hangs on what is in memory.
        let dropped = reset(space, in: .slow) + reset(space, in: .memory)
        log.isMuted = false
        if clears { log.append(.cleared) }
        return dropped
    }

    private mutating func reset(_ space: SpaceID?, in tier: CacheTier) -> Int {
        let leaves = tier == .memory ? evictable.nodes : slowEvictable.nodes
        var victims = leaves.filter { space == nil || nodes.space(of: $0) == space }
        var dropped = 0
        while let node = victims.popLast() {
            let range = chain(endingWith: node)
            let parent = nodes[range.lowerBound].parent
            for index in range { dropped += Int(nodes[index].count) }
            drop(range, because: .reset)
            let isNext = tier == .memory ? evictable.contains(parent) : slowEvictable.contains(parent)
            if isNext { victims.append(parent) }
        }
        return dropped
    }

    /// The nodes that can go with a leaf at once: in memory, side by side, each with nothing but the next hanging on it.
    private func chain(endingWith leaf: NodeID) -> Range<Int> {
        var first = leaf
        while nodes[first].tier == .memory, nodes[first].slowChildren == 0 {
            let parent = nodes[first].parent
            guard parent.rawValue + 1 == first.rawValue, nodes.block[parent] != .none, nodes[parent].children == 1,
                nodes[parent].tier == .memory, nodes.leases(of: parent) == 0
            else { break }
            first = parent
        }
        return first.index..<leaf.index + 1
    }

    /// Behind which token of a node its last child attaches; 0 if it has none.
    private func lastAttach(to node: NodeID) -> Int {
        guard nodes[node].children > 0 else { return 0 }
        return nodes.usedIndices.reduce(0) { last, index in
            nodes[index].parent == node && nodes.block[index] != .none ? max(last, Int(nodes[index].attach)) : last
        }
    }
}
