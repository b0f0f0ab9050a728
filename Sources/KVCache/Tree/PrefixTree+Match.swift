/// How far a prompt's tokens are in the shared tree.
struct Match {
    var path: Path
    /// How many tokens at the path's head are computed.
    var ready: Int
}

extension PrefixTree {
    /// How many tokens are compared at a time.
    private static let portion = 4_096

    /// Follows the tokens as far as the shared tree holds them, computed or not. Takes no leases.
    ///
    /// O(tokens), with one look into the child index for each run.
    func match(_ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace) -> Match? {
        spaces.find(namespace).flatMap { match(tokens, in: $0) }
    }

    /// Follows the tokens from a namespace's root.
    func match(_ tokens: UnsafeBufferPointer<TokenID>, in space: SpaceID) -> Match? {
        guard let base = tokens.baseAddress else { return nil }
        var path = Path(root: spaces.root(of: space), tokensPerBlock: nodes.tokensPerBlock)
        var ready = 0
        while path.count < tokens.count {
            let position = path.count
            guard let child = index.find(parent: path.tail, attach: path.tailLength, first: base[position], in: nodes)
            else { break }
            let held = nodes.chainedTokens(from: child, atMost: min(tokens.count - position, Self.portion))
            let length = nodes.commonLength(of: child, from: 0, base + position, atMost: held)
            path.enter(child, taking: length)
            // Behind a token that nobody computed none is computed.
            ready += min(length, nodes.readyCount(child.index..<path.tail.index + 1))
        }
        return Match(path: path, ready: ready)
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
        path.headCount(from: known) { nodes.readyCount($0) }
    }
}
