import KVCache

// How what the cache tells looks in JSON.

extension JSONValue {
    init(_ event: KVEvent) {
        var members = [Member("id", .integer(Int(clamping: event.id)))]
        switch event.change {
        case .stored(let blocks):
            members.append(Member("type", "stored"))
            members += Self.members(of: blocks)
        case .removed(let hashes, let namespace):
            members.append(Member("type", "removed"))
            members.append(Member("blocks", .array(hashes.map { .string($0.description) })))
            members += Self.members(of: namespace)
        case .cleared:
            members.append(Member("type", "cleared"))
        }
        self = .object(members)
    }

    static func members(of blocks: StoredBlocks) -> [Member] {
        [
            Member("parent", blocks.parent.map { .string($0.description) } ?? .null),
            Member("blocks", .array(blocks.hashes.map { .string($0.description) })),
            Member("position", .integer(blocks.position)),
            Member("tokens", .array(blocks.tokens.map { .integer(Int($0.rawValue)) })),
        ] + members(of: blocks.namespace)
    }

    init(_ statistics: NamespaceStatistics) {
        self = .object(
            Self.members(of: statistics.namespace) + [
                Member("blocks", .integer(statistics.blocks)),
                Member("blocks_leased", .integer(statistics.leasedBlocks)),
                Member("blocks_pinned", .integer(statistics.pinnedBlocks)),
                Member("tokens_cached", .integer(statistics.tokens)),
                Member("slots_unused", .integer(statistics.unusedSlots)),
                Member("depth_tokens", .integer(statistics.depthTokens)),
                Member("depth_blocks", .integer(statistics.depthBlocks)),
                Member("tokens_computed", .integer(statistics.totals.computedTokens)),
                Member("tokens_reused", .integer(statistics.totals.reusedTokens)),
                Member("evictions", .integer(statistics.totals.evictedBlocks)),
                Member("tokens_missed_after_eviction", .integer(statistics.totals.missedTokens)),
            ])
    }

    init(_ span: KVExplanation.Span) {
        var members = [
            Member("from", .integer(span.tokens.lowerBound)), Member("to", .integer(span.tokens.upperBound)),
        ]
        switch span.reason {
        case .ready: members.append(Member("why", "ready"))
        case .lastToken: members.append(Member("why", "last_token"))
        case .computing(let claimed): members += [Member("why", "computing"), Member("claimed", .integer(claimed))]
        case .gone(let cause, let time, let priority, let exact):
            members += [
                Member("why", .string("\(cause)")), Member("at_ms", .integer(Int(time.rawValue))),
                Member("priority", .integer(Int(priority.rawValue))), Member("exact", .bool(exact)),
            ]
        case .otherNamespace: members.append(Member("why", "other_namespace"))
        case .neverSeen: members.append(Member("why", "never_seen"))
        }
        self = .object(members)
    }

    private static func members(of namespace: CacheNamespace) -> [Member] {
        [("adapter", namespace.adapter), ("salt", namespace.salt)].compactMap { name, value in
            value.map { Member(name, .string($0)) }
        }
    }
}
