extension PrefixTree {
    /// How many tokens are compared at a time.
    private static let portion = 4_096

    /// Follows the tokens as far as the shared tree holds them, computed or not. Takes no leases.
    ///
    /// O(tokens), with one look into the child index for each run.
    func match(_ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace) -> Path? {
        guard let root = spaces.root(of: namespace), let base = tokens.baseAddress else { return nil }
        let size = nodes.tokensPerBlock
        var path = Path(root: root, tokensPerBlock: size)
        var position = 0
        while position < tokens.count {
            guard
                let child = index.find(parent: path.tail, attach: path.tailLength, first: tokens[position], in: nodes)
            else { break }
            let left = tokens.count - position
            let most = (min(left, Self.portion) - 1) / size + 1
            let run = nodes.chainLength(from: child, atMost: most)
            // All but the last are full.
            let held = (run - 1) * size + Int(nodes[child.index + run - 1].count)
            let length = nodes.commonLength(
                of: child, from: 0, base + position, atMost: min(held, left))
            path.enter(child, taking: length)
            position += length
        }
        return path
    }

    /// How many tokens of a node, from an offset on, equal `tokens` from a position on.
    func commonLength(
        of node: NodeID, from offset: Int, _ tokens: UnsafeBufferPointer<TokenID>, from position: Int
    ) -> Int {
        guard let base = tokens.baseAddress else { return 0 }
        let limit = min(Int(nodes[node].count) - offset, tokens.count - position)
        return nodes.commonLength(of: node, from: offset, base + position, atMost: limit)
    }

    /// How many tokens at the head of a path are computed.
    ///
    /// - Parameter known: how many are known to be. O(stretches behind them).
    func readyCount(of path: Path, from known: Int = 0) -> Int {
        let size = nodes.tokensPerBlock
        guard known < path.count else { return path.count }
        for piece in path.piece(at: known)..<path.pieces.count {
            let (range, start) = (path.indices(of: piece), path.start(of: piece))
            let skipped = known > start ? (known - start) / size : 0
            let position = start + skipped * size + nodes.readyCount(range.lowerBound + skipped..<range.upperBound)
            if position < path.pieces[piece].end { return position }
        }
        return path.count
    }
}
