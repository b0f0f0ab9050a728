// Fields that a node may share with its neighbours.

extension NodeStore {
    func leases(of node: NodeID) -> Int32 {
        let stretch = owner[node]
        return stretch == .none ? self[node].ownLeases : stretches[stretch].leases
    }

    /// Whose the node is.
    func space(of node: NodeID) -> SpaceID {
        let stretch = owner[node]
        return stretch == .none ? self[node].ownSpace : stretches[stretch].space
    }

    /// How many tokens precede the node's on its path.
    func position(of node: NodeID) -> Int {
        let stretch = owner[node]
        guard stretch != .none else { return Int(self[node].ownPosition) }
        return Int(stretches[stretch].position) + (node.index - Int(stretches[stretch].first)) * tokensPerBlock
    }

    /// How many of the node's tokens are ready.
    func ready(of node: NodeID) -> UInt8 {
        let stretch = owner[node]
        return stretch == .none
            ? self[node].ownReady : share(of: stretches[stretch].ready, behind: tokens(before: node, in: stretch))
    }

    /// How many of the node's tokens are ready or claimed.
    func claimed(of node: NodeID) -> UInt8 {
        let stretch = owner[node]
        return stretch == .none
            ? self[node].ownClaimed : share(of: stretches[stretch].claimed, behind: tokens(before: node, in: stretch))
    }

    /// Whether the node before is its parent, it attaches to the end of that full block, and others may find it.
    func isChained(_ node: NodeID) -> Bool {
        owner[node] != .none || self[node].ownChained
    }

    private func tokens(before node: NodeID, in stretch: StretchID) -> Int32 {
        (node.rawValue - stretches[stretch].first) * Int32(tokensPerBlock)
    }

    /// How many of a stretch's tokens lie in its node behind the first `before`.
    private func share(of tokens: Int32, behind before: Int32) -> UInt8 {
        UInt8(min(max(tokens - before, 0), Int32(tokensPerBlock)))
    }

    /// Gives a node fields of its own, if it has none yet. O(nodes to the nearer end of its stretch).
    mutating func settle(_ node: NodeID) {
        guard owner[node] != .none else { return }
        part(before: node.index)
        part(before: node.index + 1)
        if owner[node] != .none { dissolve(owner[node]) }
    }

    /// Parts a stretch in two where a node is neither its first nor the one behind its last. What remains of one node gets fields of its own.
    mutating func part(before index: Int) {
        guard index < usedIndices.upperBound, owner[index] != .none else { return }
        let id = owner[index]
        var head = stretches[id]
        guard Int(head.first) < index else { return }
        var tail = head
        let border = nearPrefix(of: NodeID(Int32(index)), in: head)
        let tokens = (Int32(index) - head.first) * Int32(tokensPerBlock)
        (head.end, head.endPrefix) = (Int32(index), border)
        (head.ready, head.claimed) = (min(head.ready, tokens), min(head.claimed, tokens))
        (tail.first, tail.prefix, tail.position) = (Int32(index), border, head.position + tokens)
        (tail.ready, tail.claimed) = (max(0, tail.ready - tokens), max(0, tail.claimed - tokens))
        // The larger part keeps the record, which its nodes name already.
        let (larger, smaller) = head.count >= tail.count ? (head, tail) : (tail, head)
        stretches[id] = larger
        if smaller.count == 1 || !hasRoomForStretch { settle(smaller) } else { remember(smaller) }
        if larger.count == 1 { dissolve(id) }
    }

    /// The only node of a stretch gets fields of its own.
    private mutating func dissolve(_ id: StretchID) {
        settle(stretches[id])
        forget(id)
    }

    /// All nodes of a stretch get fields of their own. O(nodes).
    private func settle(_ stretch: Stretch) {
        for place in 0..<stretch.count {
            let (index, tokens) = (Int(stretch.first) + place, Int32(place * tokensPerBlock))
            self[index].ownLeases = stretch.leases
            self[index].ownSpace = stretch.space
            self[index].ownPosition = stretch.position + tokens
            if place == 0, !hasher.namesBlocks { self[index].ownPrefix = stretch.prefix }
            self[index].ownReady = share(of: stretch.ready, behind: tokens)
            self[index].ownClaimed = share(of: stretch.claimed, behind: tokens)
            self[index].ownChained = true
            owner[index] = .none
        }
    }

    /// What is wrong with a plain node, in words: it is to be as all new nodes are. `nil` for those with fields of their own.
    func violation(ofPlain node: NodeID) -> String? {
        guard owner[node] != .none else { return nil }
        let stretch = stretches[owner[node]]
        let (index, fields) = (node.rawValue, self[node])
        let isPlain =
            fields.parent.rawValue + 1 == index && fields.attach == tokensPerBlock && fields.count == tokensPerBlock
            && fields.children == 1 && fields.slowChildren == 0 && fields.start == 0 && fields.flags == .listed
            && fields.lifetime == .unlimited && fields.lastUse == 0 && fields.uses == 0
            && fields.priority == .standard && fields.tier == .memory && !fields.ownChained
        if !isPlain { return "is not plain, though a stretch speaks for it" }
        let isInside = (stretch.first..<stretch.end).contains(index) && stretch.count > 1
        return isInside ? nil : "is owned by a stretch elsewhere"
    }

    /// How many stretches there is a record of though they speak for nobody and are not to be used again: 0. O(nodes).
    var leakedStretches: Int {
        var speaking: Set<StretchID> = []
        for index in usedIndices where owner[index] != .none { speaking.insert(owner[index]) }
        return usedStretches - speaking.count - freeStretches
    }
}
