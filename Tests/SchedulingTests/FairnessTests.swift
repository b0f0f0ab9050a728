import KVCache
import Scheduling
import TestSupport
import Testing

@Suite("Namespaces beside one another")
struct FairnessTests {
    private static let flood = CacheNamespace(salt: "flood")
    private static let other = CacheNamespace(salt: "other")

    private static func own(
        _ index: Int, _ namespace: CacheNamespace, tokens: Int, answer: Int = 1
    ) -> SequenceRequest {
        SequenceRequest(
            prompt: Array(repeating: TokenID(Int32(index)), count: tokens), namespace: namespace, maximumTokens: answer)
    }

    @Test("While one floods, each other that has prompts gets its share of prefill, but for the slack and a step")
    func prefill() {
        for seed in UInt64(0)..<20 {
            var random = SeededGenerator(seed: seed)
            let rows = Int.random(in: 8...40, using: &random)
            var policy = SchedulingPolicy()
            policy.prefillCost = PrefillCost(attention: 0)
            policy.patience = random.oneIn(2) ? 200 : 1e6
            policy.fairnessSlack = Double.random(in: 20...200, using: &random)
            let others = (0..<Int.random(in: 1...3, using: &random)).map { CacheNamespace(salt: "\($0)") }
            policy.shares[Self.flood] = [0.5, 1, 2].randomElement(using: &random)
            for other in others { policy.shares[other] = Double.random(in: 0.3...3, using: &random) }
            let scheduler = Scheduler(
                cache: KVCache(tokensPerBlock: 16, blocks: 1 << 12),
                limits: SchedulerLimits(maximumBatchTokens: rows, maximumSequences: 8), policy: policy)
            var owners: [TokenID: CacheNamespace] = [:]
            var used = 0
            func submit(_ namespace: CacheNamespace, _ tokens: Int) {
                used += 1
                owners[TokenID(Int32(used))] = namespace
                _ = scheduler.submit(Self.own(used, namespace, tokens: tokens))
            }
            var served: [CacheNamespace: Int] = [:]
            var total = 0
            var outcomes: [StepOutcome] = []
            for _ in 0..<300 {
                // The flood's prompts are short, so that Horn's order alone would put them first always.
                while scheduler.waitingCount < 50 { submit(Self.flood, Int.random(in: 1...6, using: &random)) }
                if total == 0 { for other in others { submit(other, 100_000 / 20) } }
                let plan = scheduler.plan(ended: &outcomes)
                for token in plan.tokens { served[owners[token] ?? Self.flood, default: 0] += 1 }
                total += plan.tokens.count
                _ = scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
            }
            let shares = ([Self.flood] + others).reduce(0) { $0 + (policy.shares[$1] ?? 1) }
            for other in others {
                let due = Double(total) * (policy.shares[other] ?? 1) / shares
                let least = min(5_000, due - 2 * policy.fairnessSlack - Double((others.count + 1) * rows))
                #expect(
                    Double(served[other] ?? 0) >= least, "seed \(seed): \(served[other] ?? 0) of \(due) of \(total)")
            }
        }
    }

    @Test("While one floods, another's sequences run at once, up to its share of the places", arguments: [1.0, 3.0])
    func places(weight: Double) {
        var policy = SchedulingPolicy()
        policy.shares[Self.other] = weight
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 4_000,
            limits: SchedulerLimits(maximumBatchTokens: 64, maximumSequences: 8), policy: policy)
        for index in 1...40 { _ = engine.scheduler.submit(Self.own(index % 29, Self.flood, tokens: 20, answer: 400)) }
        for _ in 0..<20 { engine.step() }
        let ids = (0..<8).map { engine.scheduler.submit(Self.own(1 + $0, Self.other, tokens: 10, answer: 60)) }
        for _ in 0..<30 { engine.step() }
        let begun = ids.count { engine.outputs[$0] != nil }
        #expect(begun == (weight == 1 ? 4 : 6), "\(begun)")
        #expect(engine.scheduler.counters.displacements == begun)
        #expect(engine.scheduler.counters.promptTokensRecomputed == 0, "who gives way keeps what it computed")
        while !engine.step().isEmpty {}
        #expect(engine.ends.count == 48 && engine.ends.values.allSatisfy { $0 == .length })
    }

    @Test("Namespaces of one sequence each are served as they come; nobody gives way")
    func manyTenants() {
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 4_000,
            limits: SchedulerLimits(maximumBatchTokens: 64, maximumSequences: 4))
        let ids = (1...20).map {
            engine.scheduler.submit(Self.own($0, CacheNamespace(salt: "\($0)"), tokens: 30, answer: 5))
        }
        var ends: [SequenceID] = []
        while !engine.step().isEmpty { ends += engine.ends.keys.filter { !ends.contains($0) }.sorted() }
        #expect(ends == ids)
        #expect(engine.scheduler.counters.displacements == 0)
    }

    @Test("A flood leaves the others the blocks that they were promised, whatever it needs")
    func residency() {
        for seed in UInt64(0)..<20 {
            var random = SeededGenerator(seed: seed)
            let tokensPerBlock = [2, 4, 16].randomElement(using: &random) ?? 4
            let blocks = 600 / tokensPerBlock
            var engine = SimulatedEngine(
                mode: random.oneIn(4) ? .completed : .early, tokensPerBlock: tokensPerBlock, blocks: blocks,
                limits: SchedulerLimits(maximumBatchTokens: 32, maximumSequences: 6))
            let minimum = Int.random(in: 1...blocks / 3, using: &random)
            engine.cache.setMinimumResidency(minimum, for: Self.other)
            var held = 0
            func residentBlocks() -> Int {
                engine.cache.namespaceStatistics().first { $0.namespace == Self.other }?.blocks ?? 0
            }
            for round in 0..<150 {
                if round < 60, random.oneIn(4) {
                    let tokens = Int.random(in: 1...60, using: &random)
                    _ = engine.scheduler.submit(
                        Self.own(Int.random(in: 1...9, using: &random), Self.other, tokens: tokens, answer: 4))
                }
                while engine.scheduler.waitingCount < 4 {
                    let length = Int.random(in: 1...120, using: &random)
                    let prompt = (0..<length).map { TokenID(Int32($0 < length / 2 ? 1 : round % 31)) }
                    _ = engine.scheduler.submit(
                        SequenceRequest(prompt: prompt, namespace: Self.flood, maximumTokens: 12))
                }
                engine.step()
                if round >= 60 {
                    // It asks for nothing any more: what it has left is not taken from it below its minimum.
                    let now = residentBlocks()
                    #expect(now >= min(held, minimum), "seed \(seed), round \(round): \(now) of \(held), \(minimum)")
                }
                held = residentBlocks()
            }
            #expect(engine.cache.totals.evictedBlocks > 0, "seed \(seed)")
        }
    }
}
