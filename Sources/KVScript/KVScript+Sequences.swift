import JSON
import KVCache

extension KVScript {
    func open(_ fields: Fields) throws(KVScriptError) -> [JSONObject.Member] {
        guard cache == nil else { throw KVScriptError("the cache is open already") }
        let sizes = KVCache.supportedTokensPerBlock
        let tokensPerBlock = try fields.integer("tokens_per_block", in: sizes.lowerBound...sizes.upperBound)
        let blocks = try fields.integer("blocks", in: 1...Int(Int32.max) / tokensPerBlock)
        var options = KVCacheOptions()
        options.eventBlock = try fields.optionalInteger("event_block", in: 1...65_536) ?? 16
        options.eventCapacity = try fields.optionalInteger("event_buffer", in: 1...1 << 24) ?? 1 << 16
        options.pinBudget = try fields.optionalInteger("pin_budget", in: 0...Int(Int32.max))
        let modeName = try fields.optionalString("reuse") ?? "early"
        guard let mode = ReuseMode(rawValue: modeName) else { throw KVScriptError("`reuse` cannot be `\(modeName)`") }
        let policy: any EvictionPolicy
        switch try fields.optionalString("policy") ?? "lru" {
        case "lru": policy = LRU()
        case "second-chance": policy = SecondChanceLRU()
        case let name: throw KVScriptError("unknown policy `\(name)`: there are `lru` and `second-chance`")
        }
        let tier = try slowTier(fields, mode, most: Int(Int32.max) / tokensPerBlock - blocks - 1)
        cache = KVCache(
            tokensPerBlock: tokensPerBlock, blocks: blocks, mode: mode, policy: policy, slowTier: tier, options: options
        )
        return []
    }

    /// `tiers` lists those beyond memory: none, or one.
    private func slowTier(_ fields: Fields, _ mode: ReuseMode, most: Int) throws(KVScriptError) -> SlowTier? {
        let tiers = try fields.list("tiers")
        guard let first = tiers.first else { return nil }
        guard tiers.count == 1, case .object = first else {
            throw KVScriptError("`tiers` must list at most one object: memory has one slower tier")
        }
        guard mode == .early else { throw KVScriptError("`tiers` need reuse `early`") }
        guard most > 0 else { throw KVScriptError("`blocks` leaves none to `tiers`") }
        let tier = Fields(first)
        let blocks = try tier.integer("blocks", in: 1...most)
        slowTierName = try tier.optionalString("name") ?? "slow"
        return SlowTier(blocks: blocks)
    }

    func admit(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let id = try Self.id(fields)
        guard !sequences.contains(where: { $0.id == id }) else {
            throw KVScriptError("there is a sequence \(id) already")
        }
        let tokens = try fields.tokens()
        let namespace = try fields.namespace()
        let retention = try fields.retention()
        do {
            let lease = try cache.admit(tokens, in: namespace, retention: retention)
            var answer = [
                JSONObject.Member("reused", JSONValue(lease.reusedTokens)),
                JSONObject.Member("pending", JSONValue(lease.pendingTokens)),
            ]
            if slowTierName != nil {
                answer.append(JSONObject.Member("reused_slow", JSONValue(lease.reusedSlowTokens)))
            }
            sequences.append(ScriptSequence(id: id, promptTokens: tokens.count, lease: lease))
            return answer
        } catch {
            throw KVScriptError(error)
        }
    }

    func compute(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let sequence = try sequence(fields)
        let limit = try fields.optionalInteger("tokens", in: 1...Int(Int32.max)) ?? sequence.promptTokens
        var slots: [KVSlot] = []
        let rows = sequence.lease.claim(atMost: min(limit, sequence.left), slots: &slots)
        cache.commitStep()
        return [
            JSONObject.Member("computed", JSONValue(rows.count)), JSONObject.Member("left", JSONValue(sequence.left)),
        ]
    }

    /// Decodes first, then prompts in order of admission, as the engine's scheduler does.
    func step(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        var budget = try fields.integer("budget", in: 1...Int(Int32.max))
        let total = budget
        var rows: [JSONValue] = []
        var slots: [KVSlot] = []
        for sequence in sequences.filter({ $0.left == 0 }) + sequences.filter({ $0.left > 0 }) where budget > 0 {
            let claimed = sequence.lease.claim(atMost: budget, slots: &slots)
            guard !claimed.isEmpty else { continue }
            budget -= claimed.count
            rows.append(
                JSONValue([
                    JSONObject.Member("id", sequence.id), JSONObject.Member("from", JSONValue(claimed.lowerBound)),
                    JSONObject.Member("to", JSONValue(claimed.upperBound)),
                ]))
        }
        cache.commitStep()
        return [JSONObject.Member("rows", .array(rows)), JSONObject.Member("computed", JSONValue(total - budget))]
    }

    func append(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let sequence = try sequence(fields)
        let token = TokenID(Int32(try fields.integer("token", in: 0...Int(Int32.max))))
        guard sequence.left == 0 else {
            throw KVScriptError("\(sequence.left) tokens of the prompt are not computed yet")
        }
        let fed = sequence.lease.count - sequence.lease.computedCount()
        do {
            // The token joins first, since that may be refused; what was fed to get it is computed in any case before it is.
            try sequence.lease.append(token)
        } catch {
            throw KVScriptError(error)
        }
        var slots: [KVSlot] = []
        let rows = fed > 0 ? sequence.lease.claim(atMost: fed, slots: &slots) : 0..<0
        cache.commitStep()
        return [JSONObject.Member("computed", JSONValue(rows.count))]
    }

    func end(_ fields: Fields) throws(KVScriptError) -> [JSONObject.Member] {
        let sequence = try sequence(fields)
        let account = sequence.lease.account()
        sequences.removeAll { $0 === sequence }
        return [
            JSONObject.Member("reused", JSONValue(account.reused)),
            JSONObject.Member("ridden", JSONValue(account.ridden + account.generatedRidden)),
            JSONObject.Member("computed", JSONValue(account.computed + account.generatedComputed)),
        ]
    }
}
