import TestSupport
import Testing

@testable import KVCache

@Suite("Eviction")
struct EvictionTests {
    private func tokens(_ range: ClosedRange<Int32>) -> [TokenID] { range.map { TokenID($0) } }

    /// Admits, computes and gives back a prompt.
    private func use(_ tokens: [TokenID], _ cache: KVCache, in namespace: CacheNamespace = CacheNamespace()) throws {
        var lease = try cache.admit(tokens, in: namespace)
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: tokens.count, slots: &slots)
        cache.commitStep()
    }

    @Test("What hangs on a prefix goes before the prefix, however old the prefix is")
    func dependantsFirst() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 4)
        try use(tokens(0...11), cache)
        try use(tokens(0...3) + [90, 91], cache)
        #expect(cache.statistics.free == 0)
        try use(tokens(20...23), cache)
        #expect(cache.peek(tokens(0...11)) == 8, "the tail of the older path is gone")
        try use(tokens(30...33), cache)
        #expect(cache.peek(tokens(0...3) + [90, 91, 92]) == 6)
        #expect(cache.peek(tokens(0...11)) == 4, "the shared prefix outlives its dependants")
    }

    @Test("A request's own match is never its victim, and a request that does not fit changes nothing")
    func ownMatchStays() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 4)
        try use(tokens(0...11), cache)
        let before = cache.statistics
        #expect(throws: KVCacheError.poolExhausted(needed: 2, available: 1)) {
            try cache.admit(self.tokens(0...11) + self.tokens(50...57)).release()
        }
        #expect(cache.statistics == before)
        let fits = try cache.admit(tokens(0...11) + tokens(50...53))
        #expect(fits.reusedTokens == 12)
    }

    @Test("What nobody computed goes when nobody waits for it any more")
    func uncomputedGoesAtOnce() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 8)
        var first = try cache.admit(tokens(0...11))
        let second = try cache.admit(tokens(0...11))
        #expect(second.reusedTokens == 0 && second.pendingTokens == 12)
        var slots: [KVSlot] = []
        #expect(first.claim(atMost: 6, slots: &slots) == 0..<6)
        cache.commitStep()
        first.release()
        #expect(cache.statistics.leased == 3, "the second still waits for all of it")
        second.release()
        #expect(cache.statistics == KVCacheStatistics(blocks: 8, free: 6, cached: 2, leased: 0, evictions: 0))
        #expect(cache.peek(tokens(0...11)) == 6)
    }

    @Test("What a long path loses is explained, and counted when it is needed again", arguments: [2, 3, 16, 64])
    func regret(size: Int) throws {
        let cache = KVCache(tokensPerBlock: size, blocks: 499 / size + 1)
        let (first, second) = (tokens(0...499), tokens(1_000...1_499))
        for path in [first, second] { try use(path, cache) }
        #expect(cache.statistics.evictions == 499 / size + 1)
        let spans = cache.explain(first).spans
        #expect(
            spans.allSatisfy {
                if case .gone(.evicted, _, _, exact: true) = $0.reason { return true }
                return false
            })
        #expect(spans.last?.tokens.upperBound == 500)

        // A prompt that goes another way after 100 tokens needs no more of them again.
        let parting = Array(first[..<100]) + tokens(5_000...5_200)
        for span in cache.explain(parting).spans {
            guard case .gone(_, _, _, exact: true) = span.reason else { continue }
            #expect(span.tokens.upperBound <= 100)
        }
        try use(parting, cache)
        let missed = cache.totals.missedTokens
        #expect(missed > 0 && missed <= 100)
        let other = KVCache(tokensPerBlock: size, blocks: 499 / size + 1)
        for path in [first, second, first] { try use(path, other) }
        #expect(other.totals.missedTokens == 500)
    }

    @Test("Where little is remembered, it is the beginning of what went last", arguments: [2, 16, 64])
    func beginning(size: Int) throws {
        var options = KVCacheOptions()
        options.rememberedEvictions = 4
        let cache = KVCache(tokensPerBlock: size, blocks: 999 / size + 1, options: options)
        try use(tokens(0...999), cache)
        try use(tokens(1_000...1_999), cache)
        let spans = cache.explain(tokens(0...999)).spans
        guard case .gone(.evicted, _, _, exact: true) = spans[0].reason else {
            Issue.record("\(spans)")
            return
        }
        #expect(spans.count == 2 && spans[1].reason == .neverSeen && spans[1].tokens.upperBound == 1_000, "\(spans)")
    }

    @Test("A path cut back and used again piece by piece keeps what it holds", arguments: [2, 16])
    func pieces(size: Int) throws {
        let cache = KVCache(tokensPerBlock: size, blocks: 1_000 / size)
        let path = tokens(0...799)
        try use(path, cache)
        // Each makes room for itself with the end of the first, a few blocks at a time.
        for number in Int32(1)...10 {
            try use(tokens(number * 10_000...number * 10_000 + 3 * Int32(size)), cache)
            #expect(cache.peek(path + [-1]) > 0 && cache.tree.violations().isEmpty)
        }
        let kept = cache.peek(path + [-1])
        #expect(kept % size == 0 && cache.explain(path).reused == min(kept, path.count - 1))
    }

    @Test("The end of a path goes by its own priority, the rest by the standard one")
    func lowEnd() throws {
        let cache = KVCache(tokensPerBlock: 2, blocks: 12)
        let (low, middle) = (RetentionLevel(try RetentionPriority(10)), RetentionLevel(try RetentionPriority(20)))
        for (path, retention) in [
            (tokens(0...15), try Retention([Retention.Range(from: 14, low)])),
            (tokens(100...107), try Retention([Retention.Range(from: 0, middle)])),
        ] {
            var lease = try cache.admit(path, retention: retention)
            var slots: [KVSlot] = []
            _ = lease.claim(atMost: path.count, slots: &slots)
            cache.commitStep()
        }
        try use(tokens(200...209), cache)
        #expect(cache.peek(tokens(0...20)) == 14 && cache.peek(tokens(100...107)) == 0)
    }

    /// What an eviction policy was told.
    private final class Told: @unchecked Sendable {
        var victims: [EvictionCandidate] = []
    }

    private struct Listening: EvictionPolicy {
        let told: Told
        func rank(of candidate: EvictionCandidate) -> UInt64 { candidate.lastUse }
        func evicted(_ candidate: EvictionCandidate) { told.victims.append(candidate) }
    }

    @Test("A policy is told of each block, with its place and with the uses of what hung on it")
    func told() throws {
        let told = Told()
        let cache = KVCache(tokensPerBlock: 2, blocks: 10, policy: Listening(told: told))
        for _ in 0..<3 { try use(tokens(0...19), cache) }
        try use(tokens(100...119), cache)
        #expect(told.victims.map(\.position) == (0..<10).reversed().map { $0 * 2 })
        #expect(told.victims.allSatisfy { $0.uses == 3 && $0.tokens == 2 })
    }

    @Test("What is used again for other tokens is as new, and costs no more room")
    func asNew() throws {
        let cache = KVCache(tokensPerBlock: 2, blocks: 64)
        let level = RetentionLevel(try RetentionPriority(90), for: try CacheLifetime(milliseconds: 5))
        let retention = try Retention([Retention.Range(from: 0, level)])
        var bytes: Int?
        for round in Int32(0)..<200 {
            for (start, retention) in [(round * 1_000, retention), (round * 1_000 + 500, Retention.none)] {
                let path = tokens(start...start + 60)
                var lease = try cache.admit(path, retention: retention)
                var slots: [KVSlot] = []
                _ = lease.claim(atMost: path.count, slots: &slots)
                cache.commitStep()
                lease.release()
                // Parts of it are used again, so that stretches part.
                for count in [20, 41, 33] { try use(Array(path[..<count]), cache) }
                if retention == .none {
                    let own = cache.tree.nodes.usedIndices.filter { cache.tree.nodes.block[$0] != .none }
                    #expect(own.allSatisfy { cache.tree.nodes[$0].priority == .standard })
                    #expect(own.allSatisfy { cache.tree.nodes[$0].lifetime == .unlimited })
                }
                #expect(cache.tree.violations().isEmpty)
                cache.reset()
            }
            if round == 3 { bytes = cache.metadataBytes }
        }
        #expect(cache.metadataBytes == bytes)
    }

    @Test("A budget of pins counts a block once, however many pins keep it")
    func pinsShare() throws {
        var options = KVCacheOptions()
        options.pinBudget = 5
        let cache = KVCache(tokensPerBlock: 2, blocks: 16, options: options)
        for path in [tokens(0...7), tokens(0...5) + [90, 91]] { try use(path, cache) }
        #expect(try cache.pin(tokens(0...7)) == 8)
        #expect(try cache.pin(tokens(0...5) + [90, 91]) == 8)
        #expect(cache.namespaceStatistics().first?.pinnedBlocks == 5)
        try use(tokens(50...51), cache)
        #expect(throws: KVCacheError.pinBudgetExceeded(needed: 6, budget: 5)) { try cache.pin(tokens(50...51)) }
    }

    @Test("A namespace has the budget of pins it is given, the others have the common one")
    func pinBudgets() throws {
        var options = KVCacheOptions()
        options.pinBudget = 1
        let cache = KVCache(tokensPerBlock: 2, blocks: 16, options: options)
        let other = CacheNamespace(salt: "other")
        for namespace in [CacheNamespace(), other] { try use(tokens(0...5), cache, in: namespace) }
        cache.setPinBudget(3, for: other)
        #expect(try cache.pin(tokens(0...5), in: other) == 6)
        #expect(throws: KVCacheError.pinBudgetExceeded(needed: 3, budget: 1)) { try cache.pin(tokens(0...5)) }
        #expect(try cache.pin(tokens(0...1)) == 2)
        cache.setPinBudget(nil, for: other)
        #expect(cache.unpin(tokens(0...5), in: other) == 0)
        #expect(throws: KVCacheError.pinBudgetExceeded(needed: 3, budget: 1)) {
            try cache.pin(tokens(0...5), in: other)
        }
    }

    @Test("A buffer of events that is full drops the oldest")
    func oldestEvents() throws {
        var options = KVCacheOptions()
        (options.eventBlock, options.eventCapacity) = (2, 3)
        let cache = KVCache(tokensPerBlock: 2, blocks: 16, options: options)
        for number in Int32(0)..<5 { try use([TokenID(number), 7], cache) }
        #expect(cache.drainEvents().map(\.id) == [3, 4, 5])
    }

    @Test("A full cache takes no more memory, however long it is used", arguments: [2, 3, 16])
    func memoryIsBounded(tokensPerBlock: Int) throws {
        let cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: 64)
        var slots: [KVSlot] = []
        var random = SeededGenerator(seed: 1)
        func use() throws {
            let tokens = (0..<Int.random(in: 1...20 * tokensPerBlock, using: &random)).map { _ in
                TokenID(Int32.random(in: 0..<2, using: &random))
            }
            var lease = try cache.admit(tokens)
            _ = lease.claim(atMost: tokens.count, slots: &slots)
            cache.commitStep()
        }
        for _ in 0..<1_000 { try use() }
        let bytes = cache.metadataBytes
        for _ in 0..<5_000 { try use() }
        #expect(cache.metadataBytes == bytes)
        // Each stretch speaks for two nodes at least.
        #expect(cache.tree.nodes.usedStretches <= cache.blocks / 2)
        #expect(cache.tree.nodes.leakedStretches == 0)
    }

    @Test(
        "Whatever blocks held before and hold now, their bookkeeping stays within its bound",
        arguments: [(2, 128), (3, 136), (4, 144), (16, 256), (64, 448)], [400, 1_025])
    func metadata(bound: (tokensPerBlock: Int, bytes: Int), blocks: Int) throws {
        let size = Int32(bound.tokensPerBlock)
        let cache = KVCache(tokensPerBlock: bound.tokensPerBlock, blocks: blocks)
        // Paths of four blocks: as many stretches as there can be.
        for number in 0..<Int32(blocks / 4) { try use([TokenID(number)] + tokens(1...size * 4 - 1), cache) }
        #expect(cache.statistics.cached == blocks / 4 * 4)
        #expect(cache.tree.violations().isEmpty)
        // As many empty blocks that were in use.
        cache.reset()
        // As many leaves, each with a priority that ends.
        let level = RetentionLevel(.standard, for: try CacheLifetime(milliseconds: 1_000))
        let retention = try Retention([Retention.Range(from: 0, level)])
        for number in 0..<Int32(blocks) {
            var lease = try cache.admit([TokenID(number), 1], retention: retention)
            var slots: [KVSlot] = []
            _ = lease.claim(atMost: 2, slots: &slots)
            cache.commitStep()
        }
        #expect(cache.statistics.cached == blocks && cache.tree.evictable.count == blocks)
        #expect(cache.tree.expiring.count == blocks)
        #expect(cache.metadataBytes <= bound.bytes * blocks, "\(Double(cache.metadataBytes) / Double(blocks)) a block")
    }

    @Test("There is room for no more nodes than there are blocks, and one for the root", arguments: [70_000, 100_000])
    func noMoreRoom(blocks: Int) throws {
        let cache = KVCache(tokensPerBlock: 2, blocks: blocks)
        for number in Int32(0)..<Int32(blocks / 1_000) { try use([TokenID(number)] + tokens(1...1_999), cache) }
        #expect(cache.statistics.free == 0 && cache.tree.nodes.capacity == blocks + 1)
    }

    @Test("Where no stretch more may speak for them, nodes speak for themselves", arguments: [2, 3])
    func manyStretches(size: Int32) throws {
        let cache = KVCache(tokensPerBlock: Int(size), blocks: 400)
        var kept: [[TokenID]] = []
        for number in Int32(0)..<8 {
            kept.append([TokenID(number)] + tokens(1...size * 50 - 1))
            try use(kept[Int(number)], cache)
        }
        // Each use ends in another place of a path, until stretches are short, and there are as many as there may be.
        var wasFull = false
        for end in 1..<50 {
            for path in kept { try use(Array(path[..<(end * 31 % 50 * Int(size) + 1)]), cache) }
            wasFull = wasFull || !cache.tree.nodes.hasRoomForStretch
            #expect(cache.tree.violations().isEmpty)
        }
        #expect(wasFull)
        for path in kept { #expect(cache.peek(path + [-1]) == path.count) }
        for path in kept { #expect(cache.explain(path).reused == path.count - 1) }
        try use(tokens(1_000...1_000 + 400 * size - 1), cache)
        for path in kept { #expect(cache.peek(path) == 0) }
        for path in kept {
            let lost = cache.explain(path).spans.filter {
                if case .gone(.evicted, _, _, exact: true) = $0.reason { return true }
                return false
            }
            #expect(lost.reduce(0) { $0 + $1.tokens.count } > path.count / 2)
        }
        #expect(cache.tree.violations().isEmpty)
    }
}
