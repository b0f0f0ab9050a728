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
        let space = nodes.space[path.root]
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
        if length < Int(nodes.count[tail]), nodes.tokens(of: tail)[length] == token {
            path.take(1)
            if Int(nodes.ready[tail]) > length { records[id].generatedReady += 1 }
            return
        }
        if let child = index.find(parent: tail, attach: length, first: token, in: nodes) {
            guard nodes.tier[child] == .memory || availableBlocks(for: nodes.space[path.root]) > 0 else {
                throw .poolExhausted(needed: 1, available: 0)
            }
            log.beginOperation()
            lease(child)
            path.enter(child, taking: 1)
            if nodes.ready[child] > 0 { records[id].generatedReady += 1 }
        } else {
            let needed = blocksToAppend(1, to: path)
            let available = availableBlocks(for: nodes.space[path.root])
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
        return path.tailLength == Int(nodes.count[tail]) && nodes.room(in: tail) > 0
            && (mode == .early || !nodes.flags[tail].contains(.listed))
    }

    /// Looks whether new nodes' tokens were here before.
    private mutating func recall(_ range: Range<Int>) {
        guard range.count <= GhostList.nearby else {
            let middle = range.lowerBound + GhostList.nearby
            recall(range.lowerBound..<middle)
            return recall(middle..<range.upperBound)
        }
        approach(range)
        for index in range {
            guard let ghost = ghosts.remove(ghosts.approached[index - range.lowerBound]) else { continue }
            guard ghost.cause == .evicted || ghost.cause == .expired else { continue }
            nodes.flags[index].insert(.recalled)
            let missed = min(ghost.tokens, Int(nodes.count[index]))
            count(in: nodes.space[index]) { $0.missedTokens += missed }
        }
    }

    private func write(_ tokens: UnsafeBufferPointer<TokenID>, from position: Int, into node: NodeID) -> Int {
        let taken = min(tokens.count - position, nodes.room(in: node))
        guard taken > 0, let source = tokens.baseAddress else { return 0 }
        (nodes.tokens(of: node) + Int(nodes.count[node])).update(from: source + position, count: taken)
        nodes.count[node] += UInt8(taken)
        return taken
    }
}
