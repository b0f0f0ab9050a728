extension PrefixTree {
    /// Makes at least so many blocks empty for a namespace, as far as they are neither leased nor guarded.
    mutating func makeRoom(for blocks: Int, in space: SpaceID) {
        returnSetAside(of: space)
        while pool.free < blocks {
            setAsideGuarded(from: space)
            guard let victim = evictable.first?.node else { return }
            let most = min(blocks - pool.free, spaces.spareBlocks(of: nodes.space[victim], for: space))
            if hasSlowTier { offload(victim) } else { evict(from: victim, until: pool.free + most) }
        }
    }

    /// Evicts the node that is to go first, where there is no slow tier, and goes on with its parents as long as each is the next to go.
    ///
    /// A path goes from its end on. The queue is only asked where the path's next node might not be the next to go, and what lies
    /// side by side in memory is forgotten in one go.
    private mutating func evict(from victim: NodeID, until blocks: Int) {
        let (space, second) = (nodes.space[victim], evictable.second)
        var wanted = blocks - pool.free
        var (evicted, tokens) = (0, 0)
        var rest: NodeID? = victim
        while let last = rest {
            var first = last
            rest = nil
            while true {
                if !isLRU { policy.evicted(candidate(first)) }
                (evicted, tokens, wanted) = (evicted + 1, tokens + Int(nodes.count[first]), wanted - 1)
                let parent = nodes.parent[first]
                handOnUse(of: first, to: parent)
                guard nodes.children[parent] == 1, nodes.leases[parent] == 0, nodes.block[parent] != .none else {
                    evictable.removeFirst()
                    break
                }
                let order = order(of: parent)
                guard wanted > 0, second.map({ (order, parent) < ($0.key, $0.node) }) ?? true else {
                    evictable.replaceFirst(with: parent, key: order)
                    break
                }
                guard parent.rawValue + 1 == first.rawValue else {
                    rest = parent
                    break
                }
                first = parent
            }
            forget(first.index..<last.index + 1, because: .evicted)
        }
        count(in: space) { totals in
            totals.evictedBlocks += evicted
            totals.evictedTokens += tokens
        }
        let root = spaces.root(of: space)
        if nodes.children[root] == 0, nodes.leases[root] == 0 { removeRoot(root) }
    }

    /// Enters a node that has neither lease nor a child that keeps it where it is.
    mutating func becomeEvictable(_ node: NodeID) {
        switch nodes.tier[node] {
        case .memory: if !evictable.contains(node) { evictable.insert(node, key: order(of: node)) }
        case .slow: if !slowEvictable.contains(node) { slowEvictable.insert(node, key: order(of: node)) }
        }
    }

    mutating func order(of node: NodeID) -> EvictionOrder {
        let rank = isLRU ? nodes.lastUse[node] : policy.rank(of: candidate(node))
        return EvictionOrder(rank: rank, priority: nodes.priority[node])
    }

    func candidate(_ node: NodeID) -> EvictionCandidate {
        EvictionCandidate(
            lastUse: nodes.lastUse[node], now: now,
            uses: min(255, Int(nodes.uses[node]) + (nodes.flags[node].contains(.recalled) ? 1 : 0)),
            position: Int(nodes.position[node]), tokens: Int(nodes.count[node]))
    }

    /// Forgets a node without lease and child, and remembers that it was there.
    mutating func drop(_ node: NodeID, because cause: DropCause) {
        evictable.remove(node)
        slowEvictable.remove(node)
        let parent = nodes.parent[node]
        handOnUse(of: node, to: parent)
        forget(node.index..<node.index + 1, because: cause)
        becomeLeaf(parent)
    }

    /// Forgets a node without lease and child that was never counted as unleased: nobody computed it.
    mutating func remove(_ node: NodeID) {
        assert(!evictable.contains(node) && !expiring.contains(node))
        let parent = nodes.parent[node]
        handOnUse(of: node, to: parent)
        takeOut(node.index..<node.index + 1)
        becomeLeaf(parent)
    }

    /// Forgets unleased nodes of one tier that lie side by side and hang on one another, the last one without a child, and remembers them.
    private mutating func forget(_ range: Range<Int>, because cause: DropCause) {
        if nodes.tier[range.lowerBound] == .memory { countUnleased(-range.count, in: nodes.space[range.lowerBound]) }
        if nodes.knowsLifetimes { for index in range { expiring.remove(NodeID(Int32(index))) } }
        if ghosts.capacity > 0 { remember(range, because: cause) }
        takeOut(range)
    }

    private mutating func remember(_ range: Range<Int>, because cause: DropCause) {
        // The end goes first.
        guard range.count <= GhostList.nearby else {
            let middle = range.upperBound - GhostList.nearby
            remember(middle..<range.upperBound, because: cause)
            return remember(range.lowerBound..<middle, because: cause)
        }
        approach(range)
        for index in range.reversed() {
            let wasExpired = cause == .evicted && nodes.flags[index].contains(.expired)
            ghosts.insert(
                GhostList.Ghost(
                    first: ghosts.approached[index - range.lowerBound],
                    check: TokenCheck(nodes.endHash(of: NodeID(Int32(index)))), tokens: nodes.count[index], time: time,
                    priority: nodes.priority[index], cause: wasExpired ? .expired : cause))
        }
    }

    /// Hashes a few nodes that lie side by side up to their first tokens, by which such ones are remembered.
    mutating func approach(_ range: Range<Int>) {
        let (prefixes, hasher) = (nodes.prefix.pointer(at: range.lowerBound), nodes.hasher)
        let (tokens, size) = (nodes.tokens(of: NodeID(Int32(range.lowerBound))), nodes.tokensPerBlock)
        ghosts.approach(range.count) { hasher.extend(prefixes[$0], by: tokens[$0 &* size]) }
    }

    /// Takes nodes of one tier that lie side by side and hang on one another out of the tree; their blocks become empty.
    private mutating func takeOut(_ range: Range<Int>) {
        let first = NodeID(Int32(range.lowerBound))
        assert(nodes.children[range.upperBound - 1] == 0 && nodes.leases[first] == 0)
        if nodes.flags[first].contains(.listed) {
            if log.blockSize > 0 { for index in range.reversed() { retract(NodeID(Int32(index)), from: 0) } }
            index.removeRun(range, in: nodes)
        }
        let blocks = UnsafeBufferPointer(start: nodes.block.pointer(at: range.lowerBound), count: range.count)
        let parent = nodes.parent[first]
        nodes.children[parent] -= 1
        switch nodes.tier[first] {
        case .memory:
            pool.give(blocks)
            spaces.guards[nodes.space[first].index].resident -= range.count
        case .slow:
            slowPool.give(blocks)
            nodes.slowChildren[parent] -= 1
        }
        nodes.free(range)
    }

    /// Whoever used a node used what it hangs on.
    private func handOnUse(of node: NodeID, to parent: NodeID) {
        nodes.lastUse[parent] = max(nodes.lastUse[parent], nodes.lastUse[node])
        nodes.uses[parent] = UInt8(min(255, Int(nodes.uses[parent]) + Int(nodes.uses[node])))
    }

    /// A child went, or went to the slow tier: its parent may be the next to go.
    mutating func becomeLeaf(_ parent: NodeID) {
        guard nodes.leases[parent] == 0, isLeaf(parent) else { return }
        if nodes.block[parent] != .none { return becomeEvictable(parent) }
        if nodes.children[parent] == 0 { removeRoot(parent) }
    }

    mutating func removeRoot(_ root: NodeID) {
        spaces.remove(nodes.space[root])
        nodes.free(root.index..<root.index + 1)
    }
}
