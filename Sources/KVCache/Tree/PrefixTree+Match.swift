extension PrefixTree {
    /// Follows the tokens as far as the shared tree holds them, computed or not. Takes no leases.
    ///
    /// O(tokens), with one look into the child index for each node.
    func match(_ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace) -> Path? {
        guard let root = spaces.root(of: namespace) else { return nil }
        var path = Path(root: root)
        var position = 0
        while position < tokens.count {
            guard
                let child = index.find(parent: path.tail, attach: path.tailLength, first: tokens[position], in: nodes)
            else { break }
            let length = commonLength(of: child, from: 0, tokens, from: position)
            path.enter(child, taking: length)
            position += length
        }
        return path
    }

    /// How many tokens of a node, from an offset on, equal `tokens` from a position on.
    func commonLength(
        of node: NodeID, from offset: Int, _ tokens: UnsafeBufferPointer<TokenID>, from position: Int
    ) -> Int {
        let own = nodes.tokens(of: node) + offset
        let limit = min(Int(nodes.count[node]) - offset, tokens.count - position)
        var length = 0
        while length < limit, own[length] == tokens[position + length] { length += 1 }
        return length
    }

    /// How many tokens at the head of a path are computed.
    func readyCount(of path: Path, from firstNode: Int = 0) -> Int {
        for index in firstNode..<path.nodes.count {
            let ready = Int(nodes.ready[path.nodes[index]])
            if ready < path.length(at: index) { return path.start(at: index) + ready }
        }
        return path.count
    }
}
