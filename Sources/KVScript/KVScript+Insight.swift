import KVCache

extension KVScript {
    func statistics(_ cache: KVCache) -> [JSONValue.Member] {
        let (statistics, totals) = (cache.statistics, cache.totals)
        let ridden = sequences.reduce(totals.ended.ridden + totals.ended.generatedRidden) { sum, sequence in
            let account = sequence.lease.account()
            return sum + account.ridden + account.generatedRidden
        }
        let namespaces = cache.namespaceStatistics()
        return [
            JSONValue.Member("blocks", .integer(statistics.blocks)),
            JSONValue.Member("blocks_free", .integer(statistics.free)),
            JSONValue.Member("blocks_cached", .integer(statistics.cached)),
            JSONValue.Member("blocks_leased", .integer(statistics.leased)),
            JSONValue.Member("blocks_pinned", .integer(namespaces.reduce(0) { $0 + $1.pinnedBlocks })),
            JSONValue.Member("sequences", .integer(sequences.count)),
            JSONValue.Member("tokens_cached", .integer(namespaces.reduce(0) { $0 + $1.tokens })),
            JSONValue.Member("slots_unused", .integer(namespaces.reduce(0) { $0 + $1.unusedSlots })),
            JSONValue.Member("tokens_computed", .integer(totals.computedTokens)),
            JSONValue.Member("tokens_reused", .integer(totals.reusedTokens)),
            JSONValue.Member("tokens_ridden", .integer(ridden)),
            JSONValue.Member("evictions", .integer(totals.evictedBlocks)),
            JSONValue.Member("tokens_evicted", .integer(totals.evictedTokens)),
            JSONValue.Member("tokens_missed_after_eviction", .integer(totals.missedTokens)),
            JSONValue.Member("namespaces", .array(namespaces.map(JSONValue.init))),
        ]
    }

    func snapshot(_ cache: KVCache) -> [JSONValue.Member] {
        let snapshot = cache.eventSnapshot()
        return [
            JSONValue.Member("last_event", .integer(Int(clamping: snapshot.lastEvent))),
            JSONValue.Member("stored", .array(snapshot.stored.map { .object(JSONValue.members(of: $0)) })),
        ]
    }

    func explain(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONValue.Member] {
        let explanation = cache.explain(try fields.tokens(), in: try fields.namespace())
        return [
            JSONValue.Member("reused", .integer(explanation.reused)),
            JSONValue.Member("spans", .array(explanation.spans.map(JSONValue.init))),
        ]
    }
}
