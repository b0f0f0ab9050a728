import TestSupport
import Testing

@testable import KVCache

@Suite("What a namespace keeps although others need room")
struct ResidencyTests {
    private static let namespaces = ["a", "b", "c"].map { CacheNamespace(salt: $0) }

    private static func tokens(_ random: inout SeededGenerator) -> [TokenID] {
        (0..<Int.random(in: 1...40, using: &random)).map { index in
            TokenID(index < 12 ? 1 : Int32.random(in: 0..<2, using: &random))
        }
    }

    /// Blocks in memory by namespace.
    private static func held(_ cache: KVCache) -> [CacheNamespace: Int] {
        Dictionary(
            uniqueKeysWithValues: cache.namespaceStatistics().map { ($0.namespace, $0.blocks - $0.slowBlocks) })
    }

    @Test(
        "Random histories: nobody is evicted by others below its minimum, and what is available can be had",
        arguments: [ReuseMode.early, .completed], [0, 6])
    func random(mode: ReuseMode, slowBlocks: Int) throws {
        for seed in UInt64(0)..<25 {
            var random = SeededGenerator(seed: seed)
            let tokensPerBlock = [2, 4, 8].randomElement(using: &random) ?? 4
            let blocks = Int.random(in: 6...40, using: &random)
            let cache = KVCache(
                tokensPerBlock: tokensPerBlock, blocks: blocks, mode: mode,
                slowTier: slowBlocks == 0 ? nil : SlowTier(blocks: slowBlocks, storage: nil))
            var minimums: [CacheNamespace: Int] = [:]
            var live: [LivePath] = []
            var refused = 0
            for operation in 0..<250 {
                let actor = Self.namespaces.randomElement(using: &random) ?? CacheNamespace()
                let before = Self.held(cache)
                var takesOwnWill = false
                switch Int.random(in: 0..<12, using: &random) {
                case 0:
                    minimums[actor] = Int.random(in: 0...blocks / 4, using: &random)
                    cache.setMinimumResidency(minimums[actor] ?? 0, for: actor)
                case 1 where operation % 10 == 0:
                    cache.reset(actor)
                    takesOwnWill = true
                case 2, 3:
                    if !live.isEmpty {
                        live.remove(at: Int.random(in: live.indices, using: &random))
                        takesOwnWill = true
                    }
                case 4, 5:
                    for path in live where random.oneIn(2) {
                        var slots: [KVSlot] = []
                        _ = path.lease.claim(atMost: 30, slots: &slots)
                    }
                    cache.commitStep()
                case 6:
                    if let path = live.randomElement(using: &random), path.namespace == actor {
                        try? path.lease.append(TokenID(Int32.random(in: 0..<2, using: &random)))
                    }
                default:
                    guard live.count < 4 else { break }
                    let tokens = Self.tokens(&random)
                    do throws(KVCacheError) {
                        live.append(try LivePath(cache, tokens, in: actor))
                    } catch {
                        refused += 1
                    }
                }
                if let violation = cache.tree.violations().first {
                    Issue.record("seed \(seed), operation \(operation): \(violation)")
                    return
                }
                guard !takesOwnWill else { continue }
                let after = Self.held(cache)
                for (namespace, minimum) in minimums where namespace != actor {
                    let (had, has) = (before[namespace] ?? 0, after[namespace] ?? 0)
                    #expect(has >= min(had, minimum), "seed \(seed), operation \(operation): \(had) became \(has)")
                }
            }
            #expect(refused < 200, "seed \(seed)")
        }
    }

    @Test("A minimum that is not used is anyone's, and one that is given up protects no more")
    func unused() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 8)
        let (a, b) = (Self.namespaces[0], Self.namespaces[1])
        cache.setMinimumResidency(4, for: a)
        #expect(cache.couldHold(tokens: 16) && !cache.couldHold(tokens: 17))
        func use(_ token: Int32, _ count: Int, _ namespace: CacheNamespace) throws {
            let path = try LivePath(cache, Array(repeating: TokenID(token), count: count), in: namespace)
            var slots: [KVSlot] = []
            _ = path.lease.claim(atMost: count, slots: &slots)
            cache.commitStep()
        }
        try use(1, 32, b)
        try use(1, 12, a)
        for token in Int32(2)..<9 { try use(token, 16, b) }
        #expect(cache.peek(Array(repeating: 1, count: 13), in: a) == 12)
        #expect(throws: KVCacheError.poolExhausted(needed: 6, available: 5)) { try use(9, 24, b) }
        cache.setMinimumResidency(0, for: a)
        try use(9, 32, b)
        #expect(cache.peek(Array(repeating: 1, count: 13), in: a) == 0)
    }
}
