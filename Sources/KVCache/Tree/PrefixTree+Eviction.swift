extension PrefixTree {
    /// An empty block, after an eviction if need be; `nil` if all blocks are leased or guarded.
    mutating func takeBlock(for space: SpaceID) -> BlockID? {
        returnSetAside(of: space)
        if pool.free == 0 { evictOne(for: space) }
        return pool.take()
    }

    /// Evicts the node that is to go first among those without a lease and a resident child.
    private mutating func evictOne(for space: SpaceID) {
        setAsideGuarded(from: space)
        guard let node = evictable.first?.node else { return }
        policy.evicted(candidate(node))
        // A path goes from its end on: mostly the parent is the next to go, and takes the node's place in the queue.
        let parent = nodes.parent[node]
        if nodes.children[parent] == 1, nodes.leases[parent] == 0, nodes.block[parent] != .none {
            evictable.replaceFirst(with: parent, key: order(of: parent))
        }
        let tokens = Int(nodes.count[node])
        count(in: nodes.space[node]) { totals in
            totals.evictedBlocks += 1
            totals.evictedTokens += tokens
        }
        drop(node, because: nodes.flags[node].contains(.expired) ? .expired : .evicted)
    }

    /// Enters a node that has neither lease nor child.
    mutating func becomeEvictable(_ node: NodeID) {
        if !evictable.contains(node) { evictable.insert(node, key: order(of: node)) }
    }

    private mutating func order(of node: NodeID) -> EvictionOrder {
        EvictionOrder(rank: policy.rank(of: candidate(node)), priority: nodes.priority[node])
    }

    private func candidate(_ node: NodeID) -> EvictionCandidate {
        EvictionCandidate(
            lastUse: nodes.lastUse[node], now: now, uses: Int(nodes.uses[node]), position: Int(nodes.position[node]),
            tokens: Int(nodes.count[node]))
    }

    /// Forgets a node without lease and child, and remembers that it was there.
    mutating func drop(_ node: NodeID, because cause: DropCause) {
        unleasedBlocks -= 1
        spaces.guards[nodes.space[node].index].unleased -= 1
        evictable.remove(node)
        expiring.remove(node)
        if ghosts.capacity > 0 {
            let tokens = nodes.tokens(of: node)
            ghosts.insert(
                GhostList.Ghost(
                    first: nodes.prefix[node].with(tokens[0]), check: TokenCheck(tokens, count: Int(nodes.count[node])),
                    tokens: nodes.count[node], time: time, priority: nodes.priority[node], cause: cause))
        }
        remove(node)
    }

    /// Forgets a node on which nothing hangs and that is in no queue; its block becomes empty.
    mutating func remove(_ node: NodeID) {
        assert(nodes.children[node] == 0 && nodes.leases[node] == 0)
        assert(!evictable.contains(node) && !expiring.contains(node))
        if nodes.flags[node].contains(.listed) {
            retract(node, from: 0)
            index.remove(node, in: nodes)
        }
        pool.give(nodes.block[node])
        spaces.guards[nodes.space[node].index].resident -= 1
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
        spaces.remove(nodes.space[root])
        nodes.free(root)
    }
}
