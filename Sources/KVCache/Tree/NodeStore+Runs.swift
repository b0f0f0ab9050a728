// What is done to nodes that lie side by side, column by column.

extension NodeStore {
    /// Makes a root. O(1), amortised.
    mutating func makeRoot(space newSpace: SpaceID, prefix newPrefix: PathHash) -> NodeID {
        let index = takeIndices(atMost: 1).lowerBound
        clear(index..<index + 1, leases: 0, space: newSpace)
        parent[index] = .none
        block[index] = .none
        attach[index] = 0
        count[index] = 0
        children[index] = 0
        position[index] = 0
        prefix[index] = newPrefix
        return NodeID(Int32(index))
    }

    /// Makes nodes that hold tokens one after the other, with a lease each and their blocks still to be set. O(tokens).
    ///
    /// - Parameters:
    ///   - parent: what the first attaches to, behind `offset` of its tokens.
    ///   - tokens: at least one; as many of them are taken as indices side by side allow.
    /// - Returns: the nodes' indices, and how many tokens they hold.
    mutating func makeRun(
        parent newParent: NodeID, attach offset: Int, position first: Int,
        _ newTokens: UnsafeBufferPointer<TokenID>
    ) -> (nodes: Range<Int>, tokens: Int) {
        let size = tokensPerBlock
        let range = takeIndices(atMost: (newTokens.count - 1) / size + 1)
        let taken = min(range.count * size, newTokens.count)
        let start = range.lowerBound
        clear(range, leases: 1, space: space[newParent])
        parent.fill(range) { NodeID(Int32($0 - 1)) }
        parent[start] = newParent
        attach.fill(range, with: UInt8(size))
        attach[start] = UInt8(offset)
        count.fill(range, with: UInt8(size))
        count[range.upperBound - 1] = UInt8(taken - (range.count - 1) * size)
        children.fill(range, with: 1)
        children[range.upperBound - 1] = 0
        children[newParent] += 1
        position.fill(range) { Int32(first + ($0 - start) * size) }
        if let source = newTokens.baseAddress {
            tokens(of: NodeID(Int32(start))).update(from: source, count: taken)
        }
        let (prefixes, own, hasher) = (prefix.pointer(at: start), tokens(of: NodeID(Int32(start))), hasher)
        var hash = hash(of: newParent, upTo: offset)
        prefixes[0] = hash
        for place in 1..<max(range.count, 1) {
            hash = hasher.extend(hash, by: own + (place - 1) * size, count: size)
            prefixes[place] = hash
        }
        return (range, taken)
    }

    private func clear(_ range: Range<Int>, leases newLeases: Int32, space newSpace: SpaceID) {
        leases.fill(range, with: newLeases)
        space.fill(range, with: newSpace)
        if hasSlowTier {
            slowChildren.fill(range, with: 0)
            tier.fill(range, with: .memory)
        }
        if knowsLifetimes { lifetime.fill(range, with: .unlimited) }
        lastUse.fill(range, with: 0)
        ready.fill(range, with: 0)
        claimed.fill(range, with: 0)
        start.fill(range, with: 0)
        flags.fill(range, with: [])
        chained.fill(range, with: 0)
        priority.fill(range, with: .standard)
        uses.fill(range, with: 0)
    }

    /// Adds a lease to each. Returns how many had none. O(nodes).
    func addLeases(_ range: Range<Int>) -> Int {
        let base = leases.pointer(at: range.lowerBound)
        var unleased: Int32 = 0
        for place in 0..<range.count {
            unleased &+= base[place] == 0 ? 1 : 0
            base[place] &+= 1
        }
        return Int(unleased)
    }

    /// Takes a lease from each. Returns how many have none then. O(nodes).
    func removeLeases(_ range: Range<Int>) -> Int {
        let base = leases.pointer(at: range.lowerBound)
        var unleased: Int32 = 0
        for place in 0..<range.count {
            base[place] &-= 1
            unleased &+= base[place] == 0 ? 1 : 0
        }
        return Int(unleased)
    }

    /// How many have no lease. O(nodes).
    func unleasedCount(_ range: Range<Int>) -> Int {
        let base = leases.pointer(at: range.lowerBound)
        var unleased: Int32 = 0
        for place in 0..<range.count { unleased &+= base[place] == 0 ? 1 : 0 }
        return Int(unleased)
    }

    /// How many nodes from one on are chained to one another, that one included. O(nodes).
    func chainLength(from node: NodeID, atMost limit: Int) -> Int {
        let end = min(node.index + limit, usedIndices.upperBound)
        guard node.index + 1 < end else { return min(1, limit) }
        return 1 + chained.prefix(of: node.index + 1..<end, equalTo: 1)
    }

    /// How many tokens that lie side by side, from a node's offset on, equal those at a pointer.
    func commonLength(
        of node: NodeID, from offset: Int, _ others: UnsafePointer<TokenID>, atMost limit: Int
    ) -> Int {
        let own = UnsafeRawPointer(tokens(of: node) + offset)
        let other = UnsafeRawPointer(others)
        var length = 0
        while length + 16 <= limit {
            var difference: UInt64 = 0
            for word in 0..<8 {
                let place = length * 4 + word * 8
                difference |=
                    own.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                    ^ other.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            }
            if difference != 0 { break }
            length += 16
        }
        while length < limit,
            own.load(fromByteOffset: length * 4, as: Int32.self)
                == other.load(fromByteOffset: length * 4, as: Int32.self)
        { length += 1 }
        return length
    }
}
