extension PrefixTree {
    /// Makes at least so many blocks empty for a namespace, as far as they are neither leased nor guarded.
    mutating func makeRoom(for blocks: Int, in space: SpaceID) {
        returnSetAside(of: space)
        while pool.free < blocks {
            setAsideGuarded(from: space)
            guard let victim = evictable.first?.node else { return }
            let most = min(blocks - pool.free, spaces.spareBlocks(of: nodes.space(of: victim), for: space))
            if hasSlowTier { offload(victim) } else { evict(from: victim, until: pool.free + most) }
        }
    }

    /// Evicts the node that is to go first, where there is no slow tier, and goes on with its parents as long as each is the next to go.
    ///
    /// A path goes from its end on. The queue is only asked where the path's next node might not be the next to go, and what lies
    /// side by side in memory is forgotten in one go.
    private mutating func evict(from victim: NodeID, until blocks: Int) {
        let (space, second) = (nodes.space(of: victim), evictable.second)
        var wanted = blocks - pool.free
        var (evicted, tokens) = (0, 0)
        var rest: NodeID? = victim
        while let last = rest {
            var first = last
            rest = nil
            while true {
                // `first` goes; `use` and `uses` are what its parent is told.
                if !isLRU { policy.evicted(candidate(first)) }
                (evicted, tokens, wanted) = (evicted + 1, tokens + Int(nodes[first].count), wanted - 1)
                let (use, uses) = (nodes[first].lastUse, nodes[first].uses)
                let taken = plainNodes(before: first, atMost: wanted, use: use, second: second)
                first = NodeID(first.rawValue - Int32(taken))
                (evicted, tokens, wanted) = (evicted + taken, tokens + taken * nodes.tokensPerBlock, wanted - taken)
                let parent = nodes[first].parent
                note(use, uses, at: parent)
                guard nodes[parent].children == 1, nodes.leases(of: parent) == 0, nodes.block[parent] != .none else {
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
        if nodes[root].children == 0, nodes.leases(of: root) == 0 { removeRoot(root) }
    }

    /// How many plain nodes before a victim go with it, because none of them would rank behind what goes next after it.
    private func plainNodes(
        before node: NodeID, atMost most: Int, use: UInt64, second: (key: EvictionOrder, node: NodeID)?
    ) -> Int {
        let id = nodes.owner[max(0, node.index - 1)]
        guard isLRU, id != .none, nodes.isChained(node) else { return 0 }
        // Whoever keeps it would keep the victim, which hangs on it alone.
        assert(nodes.stretches[id].leases == 0)
        if let second, second.key <= EvictionOrder(rank: use, priority: .standard) { return 0 }
        return min(most, nodes.stretches[id].count)
    }

    /// Enters a node that has neither lease nor a child that keeps it where it is.
    mutating func becomeEvictable(_ node: NodeID) {
        switch nodes[node].tier {
        case .memory: if !evictable.contains(node) { evictable.insert(node, key: order(of: node)) }
        case .slow: if !slowEvictable.contains(node) { slowEvictable.insert(node, key: order(of: node)) }
        }
    }

    mutating func order(of node: NodeID) -> EvictionOrder {
        let rank = isLRU ? nodes[node].lastUse : policy.rank(of: candidate(node))
        return EvictionOrder(rank: rank, priority: nodes[node].priority)
    }

    func candidate(_ node: NodeID) -> EvictionCandidate {
        EvictionCandidate(
            lastUse: nodes[node].lastUse, now: now,
            uses: min(255, Int(nodes[node].uses) + (nodes[node].flags.contains(.recalled) ? 1 : 0)),
            position: nodes.position(of: node), tokens: Int(nodes[node].count))
    }

    /// Forgets a node without lease and child, and remembers that it was there.
    mutating func drop(_ node: NodeID, because cause: DropCause) {
        drop(node.index..<node.index + 1, because: cause)
    }

    /// Forgets nodes without leases that lie side by side and hang on one another, the last one without a child, and remembers them.
    mutating func drop(_ range: Range<Int>, because cause: DropCause) {
        let last = NodeID(Int32(range.upperBound - 1))
        evictable.remove(last)
        slowEvictable.remove(last)
        let parent = nodes[range.lowerBound].parent
        var (use, uses): (UInt64, UInt8) = (0, 0)
        nodes.forEachPart(of: range) { part, id in
            guard id == .none else { return }
            use = max(use, nodes[part.lowerBound].lastUse)
            uses = UInt8(min(255, Int(uses) + Int(nodes[part.lowerBound].uses)))
        }
        note(use, uses, at: parent)
        forget(range, because: cause)
        becomeLeaf(parent)
    }

    /// Forgets a node without lease and child that was never counted as unleased: nobody computed it.
    mutating func remove(_ node: NodeID) {
        assert(!evictable.contains(node) && !expiring.contains(node))
        let parent = nodes[node].parent
        handOnUse(of: node, to: parent)
        takeOut(node.index..<node.index + 1)
        becomeLeaf(parent)
    }

    /// Forgets unleased nodes of one tier that lie side by side and hang on one another, the last one without a child, and remembers them.
    private mutating func forget(_ range: Range<Int>, because cause: DropCause) {
        if nodes[range.lowerBound].tier == .memory {
            countUnleased(-range.count, in: nodes.space(of: NodeID(Int32(range.lowerBound))))
        }
        if nodes.knowsLifetimes { for index in range { expiring.remove(NodeID(Int32(index))) } }
        if ghosts.capacity > 0 { remember(range, because: cause) }
        takeOut(range)
    }

    private mutating func remember(_ range: Range<Int>, because cause: DropCause) {
        let (hasher, size) = (nodes.hasher, nodes.tokensPerBlock)
        let drafts = ghosts.room(for: range.count)
        var hash = nodes.prefix(of: NodeID(Int32(range.lowerBound)))
        var (index, count) = (range.lowerBound, 0)
        while index < range.upperBound {
            let (node, id) = (NodeID(Int32(index)), nodes.owner[index])
            // A plain node's record is not looked at, since its memory would be waited for.
            let isPlain = id != .none
            let end = isPlain ? min(index + max(1, GhostList.portion / size), Int(nodes.stretches[id].end)) : index + 1
            // Where a node hangs on all of the one before, the hash goes on.
            if !isPlain, index > range.lowerBound, Int(nodes[node].attach) != size { hash = nodes.prefix(of: node) }
            let wasExpired = !isPlain && cause == .evicted && nodes[node].flags.contains(.expired)
            let (held, tokens) = (isPlain ? (end - index) * size : Int(nodes[node].count), nodes.tokens(of: node))
            let first = hasher.extend(hash, by: tokens[0])
            hash = hasher.extend(hash, by: tokens, count: held)
            drafts[count] = GhostList.Ghost(
                first: first, check: TokenCheck(hash), tokens: UInt8(held), time: time,
                priority: isPlain ? .standard : nodes[node].priority, cause: wasExpired ? .expired : cause)
            (index, count) = (end, count + 1)
        }
        // The end goes first, a few at a time.
        while count > 0 {
            let lower = max(0, count - GhostList.nearby)
            ghosts.approach(count - lower) { drafts[lower + $0].first }
            for place in (lower..<count).reversed() { ghosts.insert(drafts[place]) }
            count = lower
        }
    }

    /// Takes nodes of one tier that lie side by side and hang on one another out of the tree; their blocks become empty.
    private mutating func takeOut(_ range: Range<Int>) {
        let first = NodeID(Int32(range.lowerBound))
        assert(nodes[range.upperBound - 1].children == 0 && nodes.leases(of: first) == 0)
        if nodes[first].flags.contains(.listed) {
            if log.blockSize > 0 { for index in range.reversed() { retract(NodeID(Int32(index)), from: 0) } }
            index.removeRun(range, in: nodes)
        }
        let blocks = UnsafeBufferPointer(start: nodes.block.pointer(at: range.lowerBound), count: range.count)
        let parent = nodes[first].parent
        nodes.settle(parent)
        nodes[parent].children -= 1
        switch nodes[first].tier {
        case .memory:
            pool.give(blocks)
            spaces.guards[nodes.space(of: first).index].resident -= range.count
        case .slow:
            slowPool.give(blocks)
            nodes[parent].slowChildren -= 1
        }
        nodes.free(range)
    }

    /// Whoever used a node used what it hangs on.
    private mutating func handOnUse(of node: NodeID, to parent: NodeID) {
        note(nodes[node].lastUse, nodes[node].uses, at: parent)
    }

    private mutating func note(_ use: UInt64, _ uses: UInt8, at node: NodeID) {
        nodes.settle(node)
        nodes[node].lastUse = max(nodes[node].lastUse, use)
        nodes[node].uses = UInt8(min(255, Int(nodes[node].uses) + Int(uses)))
    }

    /// A child went, or went to the slow tier: its parent may be the next to go.
    mutating func becomeLeaf(_ parent: NodeID) {
        guard nodes.leases(of: parent) == 0, isLeaf(parent) else { return }
        if nodes.block[parent] != .none { return becomeEvictable(parent) }
        if nodes[parent].children == 0 { removeRoot(parent) }
    }

    mutating func removeRoot(_ root: NodeID) {
        spaces.remove(nodes.space(of: root))
        nodes.free(root.index..<root.index + 1)
    }
}
