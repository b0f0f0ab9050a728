extension PrefixTree {
    /// The root of a namespace, made if it is not there.
    mutating func root(of namespace: CacheNamespace) -> NodeID {
        if let root = roots[namespace] { return root }
        let root = nodes.make(parent: .none, attach: 0, block: .none)
        roots[namespace] = root
        namespaces[root] = namespace
        return root
    }

    /// How many blocks `append` takes for tokens that the path's end does not match.
    func blocksToAppend(_ tokens: Int, to path: Path) -> Int {
        let beyond = tokens - (growsInPlace(path) ? nodes.room(in: path.tail) : 0)
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
        }
    }

    /// The one rule by which every path grows, prompt or generated: follow the tree, or append in place, or attach a child.
    mutating func grow(_ path: inout Path, by token: TokenID) throws(KVCacheError) {
        let tail = path.tail
        let length = path.tailLength
        if length < Int(nodes.count[tail]), nodes.tokens(of: tail)[length] == token {
            path.take(1)
            return
        }
        if let child = index.find(parent: tail, attach: length, first: token, in: nodes) {
            lease(child)
            path.enter(child, taking: 1)
            return
        }
        let needed = blocksToAppend(1, to: path)
        guard needed <= availableBlocks else {
            throw .poolExhausted(needed: needed, available: availableBlocks)
        }
        withUnsafePointer(to: token) { append(UnsafeBufferPointer(start: $0, count: 1), to: &path) }
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
        guard let block = takeBlock() else {
            preconditionFailure("blocks are counted before they are taken")
        }
        let node = nodes.make(parent: parent, attach: path.tailLength, block: block)
        nodes.leases[node] = 1
        nodes.children[parent] += 1
        return node
    }

    private func write(_ tokens: UnsafeBufferPointer<TokenID>, from position: Int, into node: NodeID) -> Int {
        let taken = min(tokens.count - position, nodes.room(in: node))
        let room = nodes.tokens(of: node) + Int(nodes.count[node])
        for offset in 0..<taken { room[offset] = tokens[position + offset] }
        nodes.count[node] += UInt8(taken)
        return taken
    }
}
