extension PrefixTree {
    /// Takes a prompt in, all or nothing. What it needs is counted before anything changes.
    mutating func admit(
        _ tokens: UnsafeBufferPointer<TokenID>, in namespace: CacheNamespace, _ retention: Retention
    ) -> Result<AdmittedPath, KVCacheError> {
        let found = match(tokens, in: namespace)
        let matched = found?.count ?? 0
        let needed = blocksToAppend(tokens.count - matched, to: found)
        var available = availableBlocks(for: spaces.find(namespace) ?? .none)
        if let found, needed > available - found.nodes.count {
            // Nodes of the path's own are not to be had for its growth.
            for node in found.nodes where nodes.leases[node] == 0 { available -= 1 }
        }
        guard needed <= available else { return .failure(.poolExhausted(needed: needed, available: available)) }

        log.beginOperation()
        var path = found ?? Path(root: makeRoot(of: namespace))
        lease(path)
        let ready = readyCount(of: path)
        append(UnsafeBufferPointer(rebasing: tokens[matched...]), to: &path)
        apply(retention, to: path)
        let record = PathRecord(promptTokens: tokens.count, readyAtAdmission: ready, decode: retention.decode)
        let reused = min(ready, tokens.count - 1)
        count(in: nodes.space[path.root]) { totals in
            totals.admissions += 1
            totals.reusedTokens += reused
        }
        return .success(
            AdmittedPath(path: path, record: records.insert(record), reused: reused, pending: matched - ready))
    }

    /// Counts something, in all and for a namespace.
    mutating func count(in space: SpaceID, _ change: (inout KVCacheTotals) -> Void) {
        change(&totals)
        change(&spaces.totals[space.index])
    }

    /// The root of a namespace that has none.
    private mutating func makeRoot(of namespace: CacheNamespace) -> NodeID {
        let space = spaces.make(namespace)
        let root = nodes.make(
            parent: .none, attach: 0, block: .none, space: space, position: 0, prefix: PathHash(of: namespace))
        spaces.setRoot(root, of: space)
        return root
    }
}

/// A path that was just admitted.
struct AdmittedPath {
    var path: Path
    var record: PathRecords.ID
    /// Prompt tokens that need no computing.
    var reused: Int
    /// Further prompt tokens on a shared path, not computed yet.
    var pending: Int
}
