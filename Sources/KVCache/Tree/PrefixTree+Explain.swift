extension PrefixTree {
    /// Why a prompt finds what it finds. Changes nothing. O(tokens × namespaces).
    func explain(
        _ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace, acrossNamespaces: Bool
    ) -> KVExplanation {
        var explanation = KVExplanation()
        guard !tokens.isEmpty else { return explanation }
        let match = match(tokens, in: namespace)
        let (matched, ready) = (match?.path.count ?? 0, match?.ready ?? 0)
        explanation.reused = min(ready, tokens.count - 1)
        explanation.add(0..<explanation.reused, .ready)
        explanation.add(explanation.reused..<ready, .lastToken)
        if let path = match?.path {
            explanation.add(ready..<matched, .computing(claimed: claimedCount(of: path, from: ready) - ready))
        }
        guard matched < tokens.count else { return explanation }
        let elsewhere = acrossNamespaces ? readyElsewhere(tokens, than: namespace) : 0
        var hash = PathHash(of: namespace)
        for token in tokens[..<matched] { hash = nodes.hasher.extend(hash, by: token) }
        var position = matched
        while position < tokens.count {
            let first = nodes.hasher.extend(hash, by: tokens[position])
            guard let ghost = ghosts.find(first) else {
                explanation.add(position..<position + 1, position < elsewhere ? .otherNamespace : .neverSeen)
                position += 1
                hash = first
                continue
            }
            let end = min(position + ghost.tokens, tokens.count)
            var whole = first
            for place in position + 1..<end { whole = nodes.hasher.extend(whole, by: tokens[place]) }
            let isWhole = position + ghost.tokens <= tokens.count
            let exact = isWhole && ghost.mayHold(TokenCheck(whole))
            explanation.add(
                position..<(exact || !isWhole ? end : position + 1),
                .gone(ghost.cause, at: ghost.time, priority: ghost.priority, exact: exact || isWhole))
            hash = exact || !isWhole ? whole : first
            position = exact || !isWhole ? end : position + 1
        }
        return explanation
    }

    /// How many tokens at the head of a prompt are computed in another namespace.
    private func readyElsewhere(_ tokens: UnsafeBufferPointer<TokenID>, than namespace: CacheNamespace) -> Int {
        var longest = 0
        for space in spaces.all {
            let other = spaces.namespace(of: space)
            if other != namespace, let match = match(tokens, in: space) { longest = max(longest, match.ready) }
        }
        return longest
    }
}
