import KVCache
import Scheduling
import TestSupport
import Testing

@Suite("Rows that are the same row")
struct SharedRowTests {
    private let prompt: [TokenID] = (0..<50).map { TokenID(1 + $0 % 29) }

    @Test("Equal prompts and their equal answers run once", arguments: [2, 16, 64])
    func equal(tokensPerBlock: Int) {
        var policy = SchedulingPolicy()
        // The first prompt is a large step already; its equals join it all the same.
        policy.efficientRows = 16
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: tokensPerBlock, blocks: 4_000 / tokensPerBlock, policy: policy)
        let request = SequenceRequest(prompt: prompt, maximumTokens: 10)
        let ids = (0..<8).map { _ in engine.scheduler.submit(request) }
        var rows = 0
        while true {
            let plan = engine.step()
            if plan.isEmpty { break }
            rows += plan.tokens.count
            #expect(plan.logitRows.count <= 1)
        }
        // The last token chosen is not run.
        #expect(rows == prompt.count + 9)
        let counters = engine.scheduler.counters
        #expect(counters.rows == rows && counters.sharedRows == 7 * 10)
        #expect(counters.promptTokens.computed == 50 && counters.promptTokens.logitsOnly == 0)
        #expect(counters.promptTokens.reusedInFlight == 7 * 50)
        for id in ids { #expect(engine.outputs[id] == SimulatedEngine.reference(request).tokens) }
    }

    @Test("Prompts that are all cached need one row for their logits, not one each")
    func cached() {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 1_000)
        let request = SequenceRequest(prompt: prompt, maximumTokens: 1)
        _ = engine.scheduler.submit(request)
        while !engine.step().isEmpty {}
        for _ in 0..<5 { _ = engine.scheduler.submit(request) }
        #expect(engine.step().tokens.count == 1)
        let counters = engine.scheduler.counters
        #expect(counters.promptTokens.logitsOnly == 1 && counters.sharedRows == 4)
        #expect(counters.promptTokens.reusedReady == 5 * 49 && counters.promptTokens.reusedInFlight == 4)
    }

    @Test(
        "A prompt that is another's beginning takes its logits from a row in the middle, also behind the other",
        arguments: [1, 17, 33, 49], [PrefillOrder.horn, .arrival])
    func beginning(length: Int, order: PrefillOrder) {
        var policy = SchedulingPolicy()
        policy.prefillOrder = order
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 1_000, policy: policy)
        let long = SequenceRequest(prompt: prompt, maximumTokens: 3)
        let short = SequenceRequest(prompt: Array(prompt.prefix(length)), maximumTokens: 3)
        let requests = [long, short, long, short]
        let ids = requests.map { engine.scheduler.submit($0) }
        let plan = engine.step()
        // Each row once, in the order of rows.
        #expect(plan.tokens.count == 50 && plan.logitRows == [length - 1, 49])
        while !engine.step().isEmpty {}
        for (id, request) in zip(ids, requests) {
            #expect(engine.outputs[id] == SimulatedEngine.reference(request).tokens)
        }
    }

    @Test("Equal tokens behind different beginnings, or in different namespaces, are different rows")
    func different() {
        var policy = SchedulingPolicy()
        policy.efficientRows = .max
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 1_000, policy: policy)
        for salt in ["a", "b"] {
            for first in [30, 31] as [TokenID] {
                _ = engine.scheduler.submit(
                    SequenceRequest(prompt: [first] + prompt, namespace: CacheNamespace(salt: salt), maximumTokens: 2))
            }
        }
        #expect(engine.step().tokens.count == 4 * 51)
        #expect(engine.scheduler.counters.sharedRows == 0)
    }

    @Test("Without early reuse nothing is shared in flight, rows neither", arguments: [ReuseMode.completed, .off])
    func otherModes(mode: ReuseMode) {
        var engine = SimulatedEngine(mode: mode, tokensPerBlock: 16, blocks: 1_000)
        for _ in 0..<4 { _ = engine.scheduler.submit(SequenceRequest(prompt: prompt, maximumTokens: 5)) }
        while !engine.step().isEmpty {}
        #expect(engine.scheduler.counters.sharedRows == 0)
        #expect(engine.scheduler.counters.rows == 4 * (50 + 4))
    }

    @Test("A step that fails fails for all who share its rows")
    func failure() {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 1_000)
        engine.runner.fails = { true }
        let ids = (0..<3).map { _ in engine.scheduler.submit(SequenceRequest(prompt: prompt, maximumTokens: 5)) }
        engine.step()
        #expect(engine.failed == Set(ids) && engine.scheduler.isIdle && engine.cache.statistics.leased == 0)
    }
}
