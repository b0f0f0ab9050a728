import JSON
import KVCache

extension KVScript {
    func statistics(_ cache: KVCache) -> [JSONObject.Member] {
        let (statistics, totals) = (cache.statistics, cache.totals)
        let ridden = sequences.reduce(totals.ended.ridden + totals.ended.generatedRidden) { sum, sequence in
            let account = sequence.lease.account()
            return sum + account.ridden + account.generatedRidden
        }
        let namespaces = cache.namespaceStatistics()
        let tiers = slowTierName.map { slowTier($0, cache) }
        return [
            JSONObject.Member("blocks", JSONValue(statistics.blocks)),
            JSONObject.Member("blocks_free", JSONValue(statistics.free)),
            JSONObject.Member("blocks_cached", JSONValue(statistics.cached)),
            JSONObject.Member("blocks_leased", JSONValue(statistics.leased)),
            JSONObject.Member("blocks_pinned", JSONValue(namespaces.reduce(0) { $0 + $1.pinnedBlocks })),
            JSONObject.Member("sequences", JSONValue(sequences.count)),
            JSONObject.Member("tokens_cached", JSONValue(namespaces.reduce(0) { $0 + $1.tokens })),
            JSONObject.Member("slots_unused", JSONValue(namespaces.reduce(0) { $0 + $1.unusedSlots })),
            JSONObject.Member("tokens_computed", JSONValue(totals.computedTokens)),
            JSONObject.Member("tokens_reused", JSONValue(totals.reusedTokens)),
            JSONObject.Member("tokens_ridden", JSONValue(ridden)),
            JSONObject.Member("evictions", JSONValue(totals.evictedBlocks)),
            JSONObject.Member("tokens_evicted", JSONValue(totals.evictedTokens)),
            JSONObject.Member("tokens_missed_after_eviction", JSONValue(totals.missedTokens)),
            JSONObject.Member("namespaces", .array(namespaces.map(JSONValue.init))),
        ] + (tiers.map { [JSONObject.Member("tiers", .array([$0]))] } ?? [])
    }

    private func slowTier(_ name: String, _ cache: KVCache) -> JSONValue {
        let (blocks, totals) = (cache.slowTierBlocks, cache.totals)
        return JSONValue([
            JSONObject.Member("name", .string(name)),
            JSONObject.Member("blocks", JSONValue(blocks.total)),
            JSONObject.Member("blocks_free", JSONValue(blocks.total - blocks.used)),
            JSONObject.Member("blocks_cached", JSONValue(blocks.used)),
            JSONObject.Member("tokens_reused", JSONValue(totals.reusedSlowTokens)),
            JSONObject.Member("blocks_offloaded", JSONValue(totals.offloadedBlocks)),
            JSONObject.Member("blocks_onboarded", JSONValue(totals.onboardedBlocks)),
        ])
    }

    func peek(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let (tokens, namespace) = (try fields.tokens(), try fields.namespace())
        let first = cache.firstNewBlock(of: tokens, in: namespace)
        return [
            JSONObject.Member("reused", JSONValue(cache.peek(tokens, in: namespace))),
            JSONObject.Member("first_new_block", first.map { .string($0.description) } ?? .null),
        ]
    }

    func snapshot(_ cache: KVCache) -> [JSONObject.Member] {
        let snapshot = cache.eventSnapshot()
        return [
            JSONObject.Member("last_event", JSONValue(Int(clamping: snapshot.lastEvent))),
            JSONObject.Member("stored", .array(snapshot.stored.map(stored))),
        ]
    }

    private func stored(_ blocks: StoredBlocks) -> JSONValue {
        let members = JSONValue.members(of: blocks)
        guard let slowTierName, blocks.tier == .slow else { return JSONValue(members) }
        return JSONValue(members + [JSONObject.Member("tier", .string(slowTierName))])
    }

    func explain(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let explanation = cache.explain(try fields.tokens(), in: try fields.namespace())
        return [
            JSONObject.Member("reused", JSONValue(explanation.reused)),
            JSONObject.Member("spans", .array(explanation.spans.map(JSONValue.init))),
        ]
    }
}
