extension PrefixTree {
    /// Takes a prompt in, all or nothing. What it needs is counted before anything changes.
    mutating func admit(
        _ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace, _ retention: Retention
    ) -> Result<AdmittedPath, KVCacheError> {
        let space = spaces.find(namespace)
        let match = space.flatMap { self.match(tokens, in: $0) }
        let (found, ready) = (match?.path, match?.ready ?? 0)
        let matched = found?.count ?? 0
        let slow = found.map { slowNodes(of: $0) } ?? []
        let needed = blocksToAppend(tokens.count - matched, to: found) + slow.count
        let available = availableBlocks(for: space ?? .none, beside: found, slow: slow.count, atLeast: needed)
        guard needed <= available else { return .failure(.poolExhausted(needed: needed, available: available)) }

        log.beginOperation()
        var path = found ?? Path(root: makeRoot(of: namespace), tokensPerBlock: nodes.tokensPerBlock)
        lease(path, slow: slow)
        let onboarded = found.map { tokens in slowTokens(of: slow, on: tokens) } ?? 0
        append(UnsafeBufferPointer(rebasing: tokens[matched...]), to: &path)
        apply(retention, to: path)
        let reused = min(ready, tokens.count - 1)
        let reusedSlow = max(0, onboarded - (ready - reused))
        let record = PathRecord(
            promptTokens: tokens.count, readyAtAdmission: ready, reusedSlow: reusedSlow, decode: retention.decode)
        spaces.latest = nodes.space(of: path.root)
        count(in: spaces.latest) { totals in
            totals.admissions += 1
            totals.reusedTokens += reused
            totals.reusedSlowTokens += reusedSlow
        }
        return .success(
            AdmittedPath(
                path: path, record: records.insert(record), ready: ready, reused: reused, reusedSlow: reusedSlow,
                pending: matched - ready))
    }

    /// How many blocks a path's growth could have, if what it matches stays. Counted exactly where it matters.
    func availableBlocks(for space: SpaceID, beside found: Path?, slow: Int, atLeast needed: Int) -> Int {
        var available = availableBlocks(for: space)
        guard let found, needed > available - found.nodeCount else { return available }
        for piece in found.pieces.indices { available -= nodes.unleasedCount(found.indices(of: piece)) }
        return available + slow
    }

    /// How many tokens some nodes hold of a path, which runs to its end in them.
    private func slowTokens(of slow: [NodeID], on path: Path) -> Int {
        slow.isEmpty ? 0 : path.count - nodes.position(of: slow[0])
    }

    /// Counts something, in all and for a namespace.
    mutating func count(in space: SpaceID, _ change: (inout KVCacheTotals) -> Void) {
        change(&totals)
        change(&spaces.totals[space.index])
    }

    /// The root of a namespace that has none.
    private mutating func makeRoot(of namespace: CacheNamespace) -> NodeID {
        let space = spaces.make(namespace)
        let root = nodes.makeRoot(space: space, prefix: PathHash(of: namespace))
        spaces.setRoot(root, of: space)
        return root
    }
}

/// A path that was just admitted.
struct AdmittedPath {
    var path: Path
    var record: PathRecords.ID
    /// Prompt tokens that are computed.
    var ready: Int
    /// Prompt tokens that need no computing.
    var reused: Int
    /// Those of them that were in the slow tier.
    var reusedSlow: Int
    /// Further prompt tokens on a shared path, not computed yet.
    var pending: Int
}
