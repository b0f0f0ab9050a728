import TestSupport

@testable import KVCache

/// One random history of everything a cache can be asked, against `ResidentModel`.
struct OracleHistory {
    struct Layout: CustomStringConvertible {
        var mode: ReuseMode
        var tokensPerBlock: Int
        var blocks: Int
        var secondChance = false
        var slowBlocks = 0
        var description: String {
            "\(mode), \(blocks)\(slowBlocks > 0 ? "+\(slowBlocks)" : "") blocks of \(tokensPerBlock)"
                + (secondChance ? ", second chance" : "")
        }
    }

    private final class Live {
        var lease: PathLease
        var prefixes: [KVBlockHash]
        let namespace: CacheNamespace
        var claimed = 0..<0
        var computedBySelf = 0

        init(_ lease: consuming PathLease, _ prefixes: [KVBlockHash], _ namespace: CacheNamespace) {
            self.lease = lease
            self.prefixes = prefixes
            self.namespace = namespace
        }
    }

    private static let namespaces = [CacheNamespace(), CacheNamespace(salt: "x"), CacheNamespace(adapter: "x")]
    private let layout: Layout
    private let cache: KVCache
    private var random: SeededGenerator
    private var model = ResidentModel()
    private var live: [Live] = []
    private var past: [[TokenID]] = [[1]]
    private var pinned: [(tokens: [TokenID], namespace: CacheNamespace)] = []
    private var computed = 0
    private var operations = 0

    init(layout: Layout, seed: UInt64) {
        self.layout = layout
        random = SeededGenerator(seed: seed)
        var options = KVCacheOptions()
        options.eventBlock = 1
        options.eventCapacity = 1 << 20
        options.pinBudget = max(1, layout.blocks / 4)
        options.rememberedEvictions = 64
        cache = KVCache(
            tokensPerBlock: layout.tokensPerBlock, blocks: layout.blocks, mode: layout.mode,
            policy: layout.secondChance ? SecondChanceLRU() : LRU(),
            slowTier: layout.slowBlocks > 0 ? SlowTier(blocks: layout.slowBlocks) : nil, options: options)
    }

    /// Does something and returns what is wrong afterwards.
    mutating func advance() -> String? {
        operations += 1
        let problem: String?
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<26: problem = admit()
        case 26..<58: problem = step()
        case 58..<72: problem = append()
        case 72..<90: problem = release()
        case 90..<93: problem = truncate()
        case 93..<95: problem = pin()
        case 95: problem = unpin()
        case 96..<98: problem = explain()
        case 98: problem = tick()
        default: problem = operations % 8 == 0 ? reset() : tick()
        }
        if let problem { return problem }
        if let problem = model.apply(cache.drainEvents()) { return problem }
        return check()
    }

    /// Ends all paths and pins, and resets: nothing may be left.
    mutating func finish() -> String? {
        if let violation = cache.tree.violations().first { return violation }
        live.removeAll()
        while let pin = pinned.popLast() { cache.unpin(pin.tokens, in: pin.namespace) }
        if cache.statistics.leased != 0 { return "\(cache.statistics.leased) blocks stay leased" }
        if let problem = model.apply(cache.drainEvents()) { return problem }
        if !model.equals(cache.eventSnapshot()) { return "the snapshot is not what the events say" }
        if cache.totals.computedTokens != computed {
            return "\(cache.totals.computedTokens) tokens computed, not \(computed)"
        }
        if !cache.totals.ended.isConserved { return "\(cache.totals.ended)" }
        let dropped = cache.reset()
        if dropped != model.count { return "a reset drops \(dropped) tokens of \(model.count)" }
        if let problem = model.apply(cache.drainEvents()) { return problem }
        return model.count == 0 && cache.statistics.free == layout.blocks
            ? cache.tree.violations().first : "a reset leaves something"
    }

    private mutating func prompt() -> [TokenID] {
        var tokens = past.randomElement(using: &random) ?? [1]
        tokens = Array(tokens.prefix(Int.random(in: 0...tokens.count, using: &random)))
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            tokens.append(TokenID(Int32.random(in: 0..<3, using: &random)))
        }
        return tokens.isEmpty ? [0] : Array(tokens.prefix(max(20, layout.tokensPerBlock + 6)))
    }

    private mutating func namespace() -> CacheNamespace {
        random.oneIn(4) ? Self.namespaces[Int.random(in: 1..<3, using: &random)] : Self.namespaces[0]
    }

    private mutating func retention() -> Retention {
        guard random.oneIn(3) else { return .none }
        let border = Int.random(in: 1...8, using: &random)
        let levels = [0, 10, 35, 90, 100].map { try? RetentionPriority($0) }.compactMap { $0 }
        func level(_ random: inout SeededGenerator) -> RetentionLevel {
            RetentionLevel(
                levels.randomElement(using: &random) ?? .standard,
                for: random.oneIn(2) ? .unlimited : CacheLifetime(rawValue: UInt32.random(in: 0...40, using: &random)))
        }
        let ranges = [
            Retention.Range(from: 0, to: border, level(&random)), Retention.Range(from: border, level(&random)),
        ]
        return (try? Retention(ranges, decode: random.oneIn(2) ? level(&random) : nil)) ?? .none
    }

    private mutating func admit() -> String? {
        let tokens = prompt()
        let namespace = namespace()
        let prefixes = Prefixes.all(of: tokens, in: namespace)
        let expected = min(model.longest(of: prefixes), tokens.count - 1)
        let before = (cache.statistics, cache.totals)
        let peeked = cache.peek(tokens, in: namespace)
        if peeked != expected { return "peek says \(peeked), not \(expected)" }
        do {
            let lease = try cache.admit(tokens, in: namespace, retention: retention())
            if lease.reusedTokens != expected { return "reuses \(lease.reusedTokens) tokens, not \(expected)" }
            live.append(Live(lease, prefixes, namespace))
            past.append(tokens)
            if past.count > 10 { past.remove(at: Int.random(in: 0..<past.count, using: &random)) }
            if live.count > 8 { return release() }
            return nil
        } catch {
            let untouched = cache.statistics == before.0 && cache.totals == before.1 && cache.drainEvents().isEmpty
            if !untouched { return "a failed admission left a trace" }
            guard case .poolExhausted(let needed, let available) = error, needed > available else { return "\(error)" }
            let least = cache.statistics.free + cache.statistics.cached - expected - 1
            // What is in the slow tier needs a block for each node.
            let slow = layout.slowBlocks > 0 ? expected + 1 : 0
            let most = (tokens.count - expected - 1) / layout.tokensPerBlock + 1 + slow
            return available < least || needed > most ? "does not fit: \(error)" : release()
        }
    }

    private mutating func step() -> String? {
        var slots: [KVSlot] = []
        let succeeds = !random.oneIn(8)
        let first = Int.random(in: 0..<max(live.count, 1), using: &random)
        var stepping: [Live] = []
        for offset in 0..<min(live.count, 2) {
            let path = live[(first + offset) % live.count]
            if !stepping.contains(where: { $0 === path }) { stepping.append(path) }
        }
        for path in stepping {
            path.claimed = path.lease.claim(atMost: Int.random(in: 1...24, using: &random), slots: &slots)
        }
        if Set(slots).count != slots.count { return "a slot is written twice in a step" }
        let ending = random.oneIn(12) ? stepping.first : nil
        if let ending { live.removeAll { $0 === ending } }
        if succeeds {
            for path in stepping {
                model.compute(path.prefixes[path.claimed])
                path.computedBySelf += path.claimed.count
                computed += path.claimed.count
            }
            cache.commitStep()
        } else {
            cache.abandonStep()
        }
        return stepping.lazy.compactMap { $0 === ending ? nil : Self.problem(with: $0) }.first
    }

    private static func problem(with path: Live) -> String? {
        let account = path.lease.account()
        if !account.isConserved { return "\(account)" }
        return account.computed + account.generatedComputed == path.computedBySelf
            ? nil : "\(account), not \(path.computedBySelf) computed"
    }

    private mutating func append() -> String? {
        guard let path = live.randomElement(using: &random) else { return nil }
        let token = TokenID(Int32.random(in: 0..<3, using: &random))
        do {
            try path.lease.append(token)
            path.prefixes.append(Prefixes.extend(path.prefixes.last, by: token, in: path.namespace))
        } catch {
            if cache.statistics.free + cache.statistics.cached > 0 {
                return "does not grow though blocks are to be had"
            }
            return nil
        }
        return path.lease.count == path.prefixes.count
            ? nil : "holds \(path.lease.count) of \(path.prefixes.count) tokens"
    }

    private mutating func release() -> String? {
        guard let ending = live.indices.randomElement(using: &random) else { return nil }
        let path = live.remove(at: ending)
        let computed = path.lease.computedCount()
        let prefixes = path.prefixes.prefix(computed)
        if let problem = Self.problem(with: path) { return problem }
        _ = consume path
        if let problem = model.apply(cache.drainEvents()) { return problem }
        guard layout.mode != .off else { return model.count == 0 ? nil : "something can be reused" }
        let kept = model.longest(of: Array(prefixes))
        return kept == computed ? nil : "only \(kept) of \(computed) computed tokens survive a release"
    }

    private mutating func truncate() -> String? {
        let (tokens, namespace) = (prompt(), namespace())
        let keep = Int.random(in: 0...tokens.count, using: &random)
        let prefixes = Prefixes.all(of: tokens, in: namespace)
        let before = (removals: model.removals, kept: min(model.longest(of: prefixes), keep))
        let dropped = cache.truncate(tokens, keep: keep, in: namespace)
        if let problem = model.apply(cache.drainEvents()) { return problem }
        if model.removals - before.removals != dropped {
            return "drops \(model.removals - before.removals) tokens, says \(dropped)"
        }
        return model.longest(of: prefixes) >= before.kept ? nil : "drops what was to be kept"
    }

    private mutating func pin() -> String? {
        let (tokens, namespace) = (prompt(), namespace())
        let expected = model.longest(of: Prefixes.all(of: tokens, in: namespace))
        do {
            let count = try cache.pin(tokens, in: namespace)
            if count != expected { return "pins \(count) tokens, not \(expected)" }
            let path = Array(tokens.prefix(count))
            if count > 0, !pinned.contains(where: { $0.tokens == path && $0.namespace == namespace }) {
                pinned.append((path, namespace))
            }
            return nil
        } catch {
            return pinned.isEmpty && expected <= layout.blocks / 4 && layout.slowBlocks == 0
                ? "cannot pin \(expected) tokens: \(error)" : nil
        }
    }

    private mutating func unpin() -> String? {
        guard !pinned.isEmpty else { return nil }
        let pin = pinned.removeFirst()
        if cache.peek(pin.tokens, in: pin.namespace) != pin.tokens.count - 1 { return "what was pinned is gone" }
        cache.unpin(pin.tokens, in: pin.namespace)
        return nil
    }

    private mutating func explain() -> String? {
        let (tokens, namespace) = (prompt(), namespace())
        let prefixes = Prefixes.all(of: tokens, in: namespace)
        let explanation = cache.explain(tokens, in: namespace)
        if explanation.reused != min(model.longest(of: prefixes), tokens.count - 1) { return "explains \(explanation)" }
        let elsewhere =
            Self.namespaces.filter { $0 != namespace }
            .map { model.longest(of: Prefixes.all(of: tokens, in: $0)) }.max() ?? 0
        var position = 0
        for span in explanation.spans {
            if span.tokens.lowerBound != position || span.tokens.isEmpty {
                return "leaves something unexplained: \(explanation)"
            }
            position = span.tokens.upperBound
            switch span.reason {
            case .ready, .lastToken:
                if !span.tokens.allSatisfy({ model.contains(prefixes[$0]) }) { return "explains \(explanation)" }
            case .computing:
                if layout.mode != .early { return "explains \(explanation)" }
            case .gone:
                if !model.wasStored(prefixes[span.tokens.lowerBound]) {
                    return "remembers what never was: \(explanation)"
                }
            case .otherNamespace:
                if span.tokens.upperBound > elsewhere {
                    return "finds in another namespace what is not there: \(explanation)"
                }
            case .neverSeen:
                if span.tokens.lowerBound < elsewhere {
                    return "does not find in another namespace what is there: \(explanation)"
                }
            }
        }
        return position == tokens.count ? nil : "leaves something unexplained: \(explanation)"
    }

    private mutating func tick() -> String? {
        let time = cache.time.rawValue
        cache.advance(to: CacheInstant(milliseconds: time + Int64.random(in: 0...30, using: &random)))
        return nil
    }

    private mutating func reset() -> String? {
        let namespace = random.oneIn(2) ? namespace() : nil
        let before = model.removals
        let dropped = cache.reset(namespace)
        if let problem = model.apply(cache.drainEvents()) { return problem }
        return model.removals - before == dropped ? nil : "drops \(model.removals - before) tokens, says \(dropped)"
    }

    private mutating func check() -> String? {
        let statistics = cache.statistics
        if statistics.free + statistics.cached + statistics.leased != layout.blocks { return "\(statistics)" }
        if live.isEmpty && pinned.isEmpty && statistics.leased > 0 { return "blocks stay leased" }
        if operations % 16 == 0, !model.tiersAreInOrder { return "what is in memory hangs on what is not" }
        let slow = cache.slowTierBlocks
        if slow.total != layout.slowBlocks || slow.used > model.slowCount || (slow.used == 0) != (model.slowCount == 0)
        {
            return "\(slow.used) slow blocks for \(model.slowCount) tokens"
        }
        if operations % 64 == 0 { return cache.tree.violations().first }
        return nil
    }
}
