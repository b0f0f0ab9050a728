extension PrefixTree {
    /// How many blocks `append` takes for tokens that the path's end does not match.
    ///
    /// - Parameter path: `nil` for one in a namespace that has none yet.
    func blocksToAppend(_ tokens: Int, to path: Path?) -> Int {
        var beyond = tokens
        if let path, growsInPlace(path) { beyond -= nodes.room(in: path.tail) }
        return beyond <= 0 ? 0 : (beyond - 1) / nodes.tokensPerBlock + 1
    }

    /// Adds tokens that the path's end does not match: in place while its last node has room, then in new nodes.
    ///
    /// The blocks for it must be available.
    mutating func append(_ tokens: UnsafeBufferPointer<TokenID>, to path: inout Path) {
        var position = 0
        if growsInPlace(path) {
            let taken = write(tokens, from: 0, into: path.tail)
            if taken > 0 { path.take(taken) }
            position = taken
        }
        guard position < tokens.count else { return }
        let space = nodes.space(of: path.root)
        makeRoom(for: (tokens.count - position - 1) / nodes.tokensPerBlock + 1, in: space)
        while position < tokens.count {
            let made = nodes.makeRun(
                parent: path.tail, attach: path.tailLength, position: path.count,
                UnsafeBufferPointer(rebasing: tokens[position...]))
            pool.take(made.nodes.count, into: nodes.block.pointer(at: made.nodes.lowerBound))
            spaces.guards[space.index].resident += made.nodes.count
            if mode == .early { index.insertRun(made.nodes, in: nodes) }
            if ghosts.count > 0 { recall(made.nodes) }
            path.enter(NodeID(Int32(made.nodes.lowerBound)), taking: made.tokens)
            position += made.tokens
        }
    }

    /// The one rule by which every path grows, prompt or generated: follow the tree, or append in place, or attach a child.
    mutating func grow(_ path: inout Path, by token: TokenID, record id: PathRecords.ID) throws(KVCacheError) {
        let tail = path.tail
        let length = path.tailLength
        if length < Int(nodes[tail].count), nodes.tokens(of: tail)[length] == token {
            path.take(1)
            if Int(nodes.ready(of: tail)) > length { records[id].generatedReady += 1 }
            return
        }
        if let child = index.find(parent: tail, attach: length, first: token, in: nodes) {
            guard nodes[child].tier == .memory || availableBlocks(for: nodes.space(of: path.root)) > 0 else {
                throw .poolExhausted(needed: 1, available: 0)
            }
            log.beginOperation()
            lease(child)
            path.enter(child, taking: 1)
            if nodes.ready(of: child) > 0 { records[id].generatedReady += 1 }
        } else {
            let needed = blocksToAppend(1, to: path)
            let available = availableBlocks(for: nodes.space(of: path.root))
            guard needed <= available else {
                throw .poolExhausted(needed: needed, available: available)
            }
            log.beginOperation()
            withUnsafePointer(to: token) { append(UnsafeBufferPointer(start: $0, count: 1), to: &path) }
        }
        if path.tail != tail, let level = records[id].decode { apply(level, to: path.tail) }
    }

    /// Whether the path's last node takes more tokens: the path ends where the node does, and whoever else is on the node
    /// may see them.
    private func growsInPlace(_ path: Path) -> Bool {
        let tail = path.tail
        return path.tailLength == Int(nodes[tail].count) && nodes.room(in: tail) > 0
            && (mode == .early || !nodes[tail].flags.contains(.listed))
    }

    /// Looks whether new nodes' tokens were here before.
    ///
    /// What hangs on a node goes before it, so what was evicted lately is remembered from its first node on: who finds nothing for some
    /// nodes need not look for those behind them.
    private mutating func recall(_ range: Range<Int>) {
        let (hasher, size) = (nodes.hasher, nodes.tokensPerBlock)
        var hash = nodes.prefix(of: NodeID(Int32(range.lowerBound)))
        var (index, missing) = (range.lowerBound, 0)
        while index < range.upperBound, missing < GhostList.patience {
            let tokens = nodes.tokens(of: NodeID(Int32(index)))
            let held = (range.upperBound - 1 - index) * size + Int(nodes[range.upperBound - 1].count)
            guard let ghost = ghosts.remove(hasher.extend(hash, by: tokens[0])) else {
                missing += 1
                hash = hasher.extend(hash, by: tokens, count: min(size, held))
                index += 1
                continue
            }
            missing = 0
            // All of it, if that is what follows here; else only its first token is sure to have been here.
            let whole = hasher.extend(hash, by: tokens, count: min(ghost.tokens, held))
            let isWhole = ghost.tokens <= held && ghost.mayHold(TokenCheck(whole))
            let next = isWhole ? index + (ghost.tokens - 1) / size + 1 : index + 1
            if ghost.cause == .evicted || ghost.cause == .expired {
                recall(index..<next, missed: isWhole ? ghost.tokens : 1)
            }
            hash = hasher.extend(hash, by: tokens, count: min((next - index) * size, held))
            index = next
        }
    }

    private mutating func recall(_ range: Range<Int>, missed: Int) {
        if !isLRU {
            for index in range {
                nodes.settle(NodeID(Int32(index)))
                nodes[index].flags.insert(.recalled)
            }
        }
        count(in: nodes.space(of: NodeID(Int32(range.lowerBound)))) { $0.missedTokens += missed }
    }

    private func write(_ tokens: UnsafeBufferPointer<TokenID>, from position: Int, into node: NodeID) -> Int {
        let taken = min(tokens.count - position, nodes.room(in: node))
        guard taken > 0, let source = tokens.baseAddress else { return 0 }
        (nodes.tokens(of: node) + Int(nodes[node].count)).update(from: source + position, count: taken)
        nodes[node].count += UInt8(taken)
        return taken
    }
}
