import JSON
import KVCache

// How what the cache tells looks in JSON.

extension JSONValue {
    /// - Parameter slowTier: the slow tier's name.
    init(_ event: KVEvent, slowTier: String?) {
        var members = [JSONObject.Member("id", JSONValue(Int(clamping: event.id)))]
        switch event.change {
        case .stored(let blocks):
            members.append(JSONObject.Member("type", "stored"))
            members += Self.members(of: blocks)
        case .removed(let hashes, let namespace):
            members.append(JSONObject.Member("type", "removed"))
            members.append(JSONObject.Member("blocks", .array(hashes.map { .string($0.description) })))
            members += Self.members(of: namespace)
        case .created(let blocks):
            members.append(JSONObject.Member("type", "created"))
            members.append(JSONObject.Member("blocks", .array(blocks.map { JSONValue($0) })))
        case .moved(let hashes, let namespace, let tier):
            members.append(JSONObject.Member("type", "tier_changed"))
            members.append(JSONObject.Member("blocks", .array(hashes.map { .string($0.description) })))
            members.append(JSONObject.Member("to", .string(tier == .memory ? "memory" : slowTier ?? "slow")))
            members += Self.members(of: namespace)
        case .cleared:
            members.append(JSONObject.Member("type", "cleared"))
        }
        self = JSONValue(members)
    }

    static func members(of blocks: StoredBlocks) -> [JSONObject.Member] {
        [
            JSONObject.Member("parent", blocks.parent.map { .string($0.description) } ?? .null),
            JSONObject.Member("blocks", .array(blocks.hashes.map { .string($0.description) })),
            JSONObject.Member("position", JSONValue(blocks.position)),
            JSONObject.Member("tokens", .array(blocks.tokens.map { JSONValue(Int($0.rawValue)) })),
        ] + members(of: blocks.namespace)
    }

    init(_ statistics: NamespaceStatistics) {
        self = JSONValue(
            Self.members(of: statistics.namespace) + [
                JSONObject.Member("blocks", JSONValue(statistics.blocks)),
                JSONObject.Member("blocks_leased", JSONValue(statistics.leasedBlocks)),
                JSONObject.Member("blocks_pinned", JSONValue(statistics.pinnedBlocks)),
                JSONObject.Member("tokens_cached", JSONValue(statistics.tokens)),
                JSONObject.Member("slots_unused", JSONValue(statistics.unusedSlots)),
                JSONObject.Member("depth_tokens", JSONValue(statistics.depthTokens)),
                JSONObject.Member("depth_blocks", JSONValue(statistics.depthBlocks)),
                JSONObject.Member("tokens_computed", JSONValue(statistics.totals.computedTokens)),
                JSONObject.Member("tokens_reused", JSONValue(statistics.totals.reusedTokens)),
                JSONObject.Member("evictions", JSONValue(statistics.totals.evictedBlocks)),
                JSONObject.Member("tokens_missed_after_eviction", JSONValue(statistics.totals.missedTokens)),
            ])
    }

    init(_ span: KVExplanation.Span) {
        var members = [
            JSONObject.Member("from", JSONValue(span.tokens.lowerBound)),
            JSONObject.Member("to", JSONValue(span.tokens.upperBound)),
        ]
        switch span.reason {
        case .ready: members.append(JSONObject.Member("why", "ready"))
        case .lastToken: members.append(JSONObject.Member("why", "last_token"))
        case .computing(let claimed):
            members += [JSONObject.Member("why", "computing"), JSONObject.Member("claimed", JSONValue(claimed))]
        case .gone(let cause, let time, let priority, let exact):
            members += [
                JSONObject.Member("why", .string("\(cause)")),
                JSONObject.Member("at_ms", JSONValue(Int(time.rawValue))),
                JSONObject.Member("priority", JSONValue(Int(priority.rawValue))),
                JSONObject.Member("exact", .bool(exact)),
            ]
        case .otherNamespace: members.append(JSONObject.Member("why", "other_namespace"))
        case .neverSeen: members.append(JSONObject.Member("why", "never_seen"))
        }
        self = JSONValue(members)
    }

    private static func members(of namespace: CacheNamespace) -> [JSONObject.Member] {
        [("adapter", namespace.adapter), ("salt", namespace.salt)].compactMap { name, value in
            value.map { JSONObject.Member(name, .string($0)) }
        }
    }
}
