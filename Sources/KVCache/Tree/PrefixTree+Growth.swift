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
        while position < tokens.count {
            let node = attachNode(to: path)
            let taken = write(tokens, from: position, into: node)
            path.enter(node, taking: taken)
            position += taken
            if mode == .early { index.insert(node, in: nodes) }
            recall(node)
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

    /// A new node with a lease and a block, attached where the path ends.
    private mutating func attachNode(to path: Path) -> NodeID {
        let parent = path.tail
        guard let block = takeBlock(for: nodes.space[path.root]) else {
            preconditionFailure("blocks are counted before they are taken")
        }
        let node = nodes.make(
            parent: parent, attach: path.tailLength, block: block, space: nodes.space[path.root], position: path.count,
            prefix: nodes.hash(of: parent, upTo: path.tailLength))
        nodes.leases[node] = 1
        nodes.children[parent] += 1
        spaces.guards[nodes.space[node].index].resident += 1
        return node
    }

    /// Looks whether a new node's tokens were here before.
    private mutating func recall(_ node: NodeID) {
        guard ghosts.count > 0, let ghost = ghosts.remove(nodes.hash(of: node, upTo: 1)) else { return }
        guard ghost.cause == .evicted || ghost.cause == .expired else { return }
        nodes.uses[node] = 1
        let missed = min(ghost.tokens, Int(nodes.count[node]))
        count(in: nodes.space[node]) { $0.missedTokens += missed }
    }

    private func write(_ tokens: UnsafeBufferPointer<TokenID>, from position: Int, into node: NodeID) -> Int {
        let taken = min(tokens.count - position, nodes.room(in: node))
        guard taken > 0, let source = tokens.baseAddress else { return 0 }
        (nodes.tokens(of: node) + Int(nodes.count[node])).update(from: source + position, count: taken)
        nodes.count[node] += UInt8(taken)
        return taken
    }
}
