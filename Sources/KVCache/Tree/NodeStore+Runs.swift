// What is done to nodes that lie side by side, stretch by stretch.

extension NodeStore {
    /// Makes a root. O(1), amortised.
    mutating func makeRoot(space: SpaceID, prefix: PathHash) -> NodeID {
        let index = takeIndices(atMost: 1).lowerBound
        setOwn(index, leases: 0, space: space, position: 0)
        self[index].ownPrefix = prefix
        self[index].parent = .none
        self[index].attach = 0
        self[index].count = 0
        self[index].children = 0
        return NodeID(Int32(index))
    }

    /// Makes nodes that hold tokens one after the other, with a lease each and their blocks still to be set. O(tokens).
    ///
    /// - Parameters:
    ///   - parent: what the first attaches to, behind `offset` of its tokens; has fields of its own.
    ///   - tokens: at least one; as many of them are taken as indices side by side allow.
    /// - Returns: the nodes' indices, and how many tokens they hold.
    mutating func makeRun(
        parent newParent: NodeID, attach offset: Int, position first: Int,
        _ newTokens: UnsafeBufferPointer<TokenID>
    ) -> (nodes: Range<Int>, tokens: Int) {
        let size = tokensPerBlock
        let range = takeIndices(atMost: (newTokens.count - 1) / size + 1)
        let taken = min(range.count * size, newTokens.count)
        let (start, last) = (range.lowerBound, range.upperBound - 1)
        let space = space(of: newParent)
        if let source = newTokens.baseAddress {
            tokens(of: NodeID(Int32(start))).update(from: source, count: taken)
        }
        assert(owner[newParent] == .none)
        self[newParent].children += 1
        setOwn(start, leases: 1, space: space, position: first)
        self[start].parent = newParent
        self[start].attach = UInt8(offset)
        if last > start {
            let inner = start + 1..<last
            if inner.count > 1, hasRoomForStretch {
                remember(
                    Stretch(
                        first: Int32(inner.lowerBound), end: Int32(inner.upperBound), leases: 1, space: space,
                        position: Int32(first + size)))
            } else {
                for index in inner { setOwn(index, leases: 1, space: space, position: first + (index - start) * size) }
            }
            setOwn(last, leases: 1, space: space, position: first + (last - start) * size)
        }
        self[last].count = UInt8(taken - (range.count - 1) * size)
        self[last].children = 0
        if hasher.namesBlocks { setPrefixes(range, from: hash(of: newParent, upTo: offset)) }
        return (range, taken)
    }

    /// Gives a new node fields of its own; the others are as in all new nodes. It is not listed.
    private func setOwn(_ index: Int, leases: Int32, space: SpaceID, position: Int) {
        self[index].ownLeases = leases
        self[index].ownSpace = space
        self[index].ownPosition = Int32(position)
        self[index].ownReady = 0
        self[index].ownClaimed = 0
        self[index].flags = []
    }

    /// Adds a lease to each. Returns how many had none. O(stretches).
    mutating func addLeases(_ range: Range<Int>) -> Int {
        changeLeases(range, by: 1) { $0 == 1 }
    }

    /// Takes a lease from each. Returns how many have none then. O(stretches).
    mutating func removeLeases(_ range: Range<Int>) -> Int {
        changeLeases(range, by: -1) { $0 == 0 }
    }

    /// Returns how many nodes' leases then are as asked for.
    @inline(__always)
    private mutating func changeLeases(_ range: Range<Int>, by change: Int32, _ isCounted: (Int32) -> Bool) -> Int {
        guard !range.isEmpty else { return 0 }
        // A path enters and leaves what it shares at nodes that have fields of their own.
        assert(!isInside(range.lowerBound) && !isInside(range.upperBound))
        var counted = 0
        var index = range.lowerBound
        while index < range.upperBound {
            let id = owner[index]
            guard id != .none else {
                self[index].ownLeases &+= change
                if isCounted(self[index].ownLeases) { counted += 1 }
                index += 1
                continue
            }
            stretches[id].leases += change
            if isCounted(stretches[id].leases) { counted += stretches[id].count }
            index = Int(stretches[id].end)
        }
        return counted
    }

    /// Whether one stretch speaks for a node and for the one before.
    private func isInside(_ index: Int) -> Bool {
        index < usedIndices.upperBound && owner[index] != .none && Int(stretches[owner[index]].first) < index
    }

    /// How many have no lease. O(stretches).
    func unleasedCount(_ range: Range<Int>) -> Int {
        var unleased = 0
        forEachPart(of: range) { part, id in
            if (id == .none ? self[part.lowerBound].ownLeases : stretches[id].leases) == 0 { unleased += part.count }
        }
        return unleased
    }

    /// Calls a function for each stretch, or what of it is in a range, and each node with fields of its own.
    func forEachPart(of range: Range<Int>, _ body: (Range<Int>, StretchID) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            let id = owner[index]
            let end = id == .none ? index + 1 : min(Int(stretches[id].end), range.upperBound)
            body(index..<end, id)
            index = end
        }
    }

    /// How many tokens at the head of nodes that lie side by side, all but the last full, are ready. O(stretches).
    @inline(__always)
    func readyCount(_ range: Range<Int>) -> Int {
        prefix(of: range) { id, index in id == .none ? Int(self[index].ownReady) : Int(stretches[id].ready) }
    }

    /// How many tokens at the head of nodes that lie side by side, all but the last full, are ready or claimed. O(stretches).
    func claimedCount(_ range: Range<Int>) -> Int {
        prefix(of: range) { id, index in id == .none ? Int(self[index].ownClaimed) : Int(stretches[id].claimed) }
    }

    @inline(__always)
    private func prefix(of range: Range<Int>, _ tokens: (StretchID, Int) -> Int) -> Int {
        var index = range.lowerBound
        var total = 0
        while index < range.upperBound {
            let id = owner[index]
            let found = tokens(id, index)
            guard id != .none else {
                total += found
                if found < tokensPerBlock { return total }
                index += 1
                continue
            }
            let before = (index - Int(stretches[id].first)) * tokensPerBlock
            let end = min(Int(stretches[id].end), range.upperBound)
            let own = min(max(0, found - before), (end - index) * tokensPerBlock)
            total += own
            if own < (end - index) * tokensPerBlock { return total }
            index = end
        }
        return total
    }

    /// How many nodes at the head of a range are computed entirely. O(stretches).
    func completeCount(_ range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            let id = owner[index]
            guard id != .none else {
                if self[index].ownReady != self[index].count { break }
                index += 1
                continue
            }
            let stretch = stretches[id]
            let complete = Int(stretch.first) + Int(stretch.ready) / tokensPerBlock
            let end = min(Int(stretch.end), range.upperBound)
            if complete < end { return max(index, complete) - range.lowerBound }
            index = end
        }
        return index - range.lowerBound
    }

    /// How many tokens lie side by side from a node's first on: its own, and those of the nodes chained to it. O(stretches).
    @inline(__always)
    func chainedTokens(from node: NodeID, atMost limit: Int) -> Int {
        var (index, tokens) = (node.index, 0)
        repeat {
            let id = owner[index]
            let end = id == .none ? index + 1 : Int(stretches[id].end)
            tokens += id == .none ? Int(self[index].count) : (end - index) * tokensPerBlock
            index = end
        } while tokens < limit && index < usedIndices.upperBound && isChained(NodeID(Int32(index)))
        return min(tokens, limit)
    }

    /// How many tokens that lie side by side, from a node's offset on, equal those at a pointer.
    @inline(__always)
    func commonLength(
        of node: NodeID, from offset: Int, _ others: UnsafePointer<TokenID>, atMost limit: Int
    ) -> Int {
        let own = UnsafeRawPointer(tokens(of: node) + offset)
        let other = UnsafeRawPointer(others)
        func difference<Word: FixedWidthInteger & BitwiseCopyable>(at place: Int, _: Word.Type) -> Word {
            own.loadUnaligned(fromByteOffset: place &* 4, as: Word.self)
                ^ other.loadUnaligned(fromByteOffset: place &* 4, as: Word.self)
        }
        var length = 0
        while length &+ 16 <= limit {
            var sum: UInt64 = 0
            for word in 0..<8 { sum |= difference(at: length &+ 2 &* word, UInt64.self) }
            if sum != 0 { break }
            length &+= 16
        }
        while length &+ 2 <= limit {
            let pair = UInt64(littleEndian: difference(at: length, UInt64.self))
            if pair != 0 { return pair.trailingZeroBitCount < 32 ? length : length &+ 1 }
            length &+= 2
        }
        return length < limit && difference(at: length, UInt32.self) == 0 ? length &+ 1 : length
    }
}
