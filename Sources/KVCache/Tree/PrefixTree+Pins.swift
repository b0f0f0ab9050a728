extension PrefixTree {
    /// Keeps what is computed of the tokens until it is unpinned. Returns how many tokens that is.
    mutating func pin(_ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace) -> Result<Int, KVCacheError>
    {
        guard let match = match(tokens, in: namespace) else { return .success(0) }
        var path = match.path
        path.cut(to: match.ready)
        guard path.count > 0, !pins.contains(path) else { return .success(path.count) }
        let space = nodes.space(of: path.root)
        let needed = path.nodes.reduce(spaces.pinnedBlocks[space.index]) { pins.isPinned($1) ? $0 : $0 + 1 }
        let budget = pins.budget(of: namespace)
        guard needed <= budget else { return .failure(.pinBudgetExceeded(needed: needed, budget: budget)) }
        let slow = slowNodes(of: path)
        let available = availableBlocks(
            for: nodes.space(of: path.root), beside: path, slow: slow.count, atLeast: slow.count)
        guard slow.count <= available else {
            return .failure(.poolExhausted(needed: slow.count, available: available))
        }
        log.beginOperation()
        lease(path, slow: slow)
        spaces.pinnedBlocks[space.index] += pins.insert(path)
        return .success(path.count)
    }

    /// Ends the longest pin that lies on these tokens. Returns how many of them other pins still keep, in whole blocks.
    mutating func unpin(_ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace) -> Int {
        guard let path = match(tokens, in: namespace)?.path else { return 0 }
        if let removed = pins.removeLongest(on: path) {
            spaces.pinnedBlocks[nodes.space(of: path.root).index] -= removed.nodes
            release(removed.path)
        }
        let last = path.nodes.lastIndex { pins.isPinned($0) }
        return last.map { path.end(at: $0) } ?? 0
    }
}
