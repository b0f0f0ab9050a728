import Foundation
import KVCache
import Scheduling
import TestSupport
import Testing

@Suite("The scheduler")
struct SchedulerTests {
    private let shared: [TokenID] = (0..<1_000).map { TokenID($0 % 29) }

    private func burst(_ count: Int32, tokens: Int = 4) -> [SequenceRequest] {
        (0..<count).map { SequenceRequest(prompt: shared + [30, TokenID($0), 31], maximumTokens: tokens) }
    }

    @Test("A burst that shares a prompt computes the shared part once", arguments: [2, 16, 64])
    func burst(tokensPerBlock: Int) {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: tokensPerBlock, blocks: 8_192 / tokensPerBlock)
        for request in burst(16) { _ = engine.scheduler.submit(request) }
        while !engine.step().isEmpty {}
        #expect(engine.scheduler.counters.promptTokensComputed == 1_001 + 16 * 2)
        #expect(engine.prompts.count == 16 && engine.ends.count == 16)
    }

    @Test("The same without early reuse: after completion, and never")
    func otherModes() {
        for (mode, computed) in [(ReuseMode.completed, 16 * 1_003), (.off, 16 * 1_003)] {
            var engine = SimulatedEngine(mode: mode, tokensPerBlock: 16, blocks: 2_000)
            for request in burst(16) { _ = engine.scheduler.submit(request) }
            while !engine.step().isEmpty {}
            #expect(engine.scheduler.counters.promptTokensComputed == computed)
            for request in burst(1) { _ = engine.scheduler.submit(request) }
            while !engine.step().isEmpty {}
            let again = engine.scheduler.counters.promptTokensComputed - computed
            #expect(again == (mode == .off ? 1_003 : 0), "\(mode)")
        }
    }

    @Test("Who comes while the shared part is being computed, and whose leader leaves, computes nothing again")
    func staggeredAndCancelled() {
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 1_000,
            limits: SchedulerLimits(maximumBatchTokens: 64, maximumSequences: 32))
        let requests = burst(16)
        let leader = engine.scheduler.submit(requests[0])
        for (index, request) in requests.dropFirst().enumerated() {
            engine.step()
            if index == 5 { engine.scheduler.cancel(leader) }
            _ = engine.scheduler.submit(request)
        }
        while !engine.step().isEmpty {}
        #expect(engine.scheduler.counters.promptTokensComputed == 1_001 + 15 * 2)
        #expect(engine.ends.count == 15)
    }

    @Test("Equal prompts are computed once, the logits of their last token for each")
    func equalPrompts() {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 1_000)
        let ids = (0..<8).map { _ in engine.scheduler.submit(burst(1)[0]) }
        while !engine.step().isEmpty {}
        #expect(engine.scheduler.counters.promptTokensComputed == 1_003)
        #expect(engine.scheduler.counters.promptTokensLogitsOnly == 7)
        #expect(Set(ids.map { engine.outputs[$0] }).count == 1)
    }

    @Test("A sequence that outgrows the whole cache ends; others make room by giving way and lose nothing")
    func preemption() {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 4, blocks: 10)
        let requests = (0..<4).map { SequenceRequest(prompt: [1, 2, TokenID($0), 3, 4], maximumTokens: 20) }
        let ids = requests.map { engine.scheduler.submit($0) }
        while !engine.step().isEmpty {}
        #expect(engine.scheduler.counters.preemptions > 0)
        for (id, request) in zip(ids, requests) {
            #expect(engine.outputs[id] == SimulatedEngine.reference(request).tokens)
        }
        let tooLong = engine.scheduler.submit(SequenceRequest(prompt: [9, 9, 9], maximumTokens: 1_000))
        while !engine.step().isEmpty {}
        #expect(engine.ends[tooLong] == .length)
        #expect(
            engine.outputs[tooLong]?.count == 38, "40 slots, 3 of them for the prompt, and the last token needs none")
    }

    /// More of them: `KVASIR_SOAK=1000 swift test --filter randomHistories`.
    private static let seeds = ProcessInfo.processInfo.environment["KVASIR_SOAK"].flatMap { UInt64($0) } ?? 20

    private static func policy(_ random: inout SeededGenerator) -> SchedulingPolicy {
        var policy = SchedulingPolicy()
        policy.prefillOrder = PrefillOrder.allCases[Int.random(in: 0..<3, using: &random)]
        policy.patience = random.oneIn(2) ? 50 : 1e6
        policy.targetInterTokenLatency = random.oneIn(2) ? Double.random(in: 0...30, using: &random) : nil
        return policy
    }

    @Test("Sharing a part of a block never keeps out or cuts short what would fit without it", arguments: [37, 45])
    func partlySharedBlocks(length: Int) {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 3)
        _ = engine.scheduler.submit(SequenceRequest(prompt: Array(repeating: 1, count: 20), maximumTokens: 1))
        while !engine.step().isEmpty {}
        let request = SequenceRequest(
            prompt: Array(repeating: 1, count: 5) + Array(repeating: 2, count: length - 5), maximumTokens: 48 - length)
        let id = engine.scheduler.submit(request)
        while !engine.step().isEmpty {}
        #expect(engine.outputs[id] == SimulatedEngine.reference(request).tokens)
    }

    struct Layout: CustomTestStringConvertible {
        var mode: ReuseMode
        var tokensPerBlock: Int
        var blocks: Int
        var testDescription: String { "\(mode), \(blocks) blocks of \(tokensPerBlock)" }
    }

    static let layouts = ReuseMode.allCases.flatMap { mode in
        [
            Layout(mode: mode, tokensPerBlock: 2, blocks: 40), Layout(mode: mode, tokensPerBlock: 3, blocks: 400),
            Layout(mode: mode, tokensPerBlock: 16, blocks: 8), Layout(mode: mode, tokensPerBlock: 64, blocks: 100),
        ]
    }

    @Test(
        "Random arrivals, cancellations and failures: right outputs, every request ends, nothing leaks",
        arguments: layouts)
    func randomHistories(layout: Layout) throws {
        for seed in 0..<Self.seeds {
            var random = SeededGenerator(seed: seed)
            let sequences = Int.random(in: 1...8, using: &random)
            var engine = SimulatedEngine(
                mode: layout.mode, tokensPerBlock: layout.tokensPerBlock, blocks: layout.blocks,
                limits: SchedulerLimits(
                    maximumBatchTokens: Int.random(in: sequences...40, using: &random), maximumSequences: sequences),
                policy: Self.policy(&random))
            var times = SeededGenerator(seed: seed ^ 77)
            engine.seconds = {
                times.oneIn(5) ? nil : Double($0.tokens.count + 3) * Double.random(in: 0.5...2, using: &times)
            }
            var failures = SeededGenerator(seed: seed ^ 99)
            engine.runner.fails = { failures.oneIn(60) }
            var requests: [SequenceID: SequenceRequest] = [:]
            var cancelled: Set<SequenceID> = []
            for _ in 0..<40 {
                if random.oneIn(2) {
                    let length = Int.random(in: 1...60, using: &random)
                    let split = Int.random(in: 0...length, using: &random)
                    let prompt = (0..<length).map { index in
                        TokenID(index < split ? Int32(index % 5) : Int32.random(in: 0..<3, using: &random))
                    }
                    let request = SequenceRequest(
                        prompt: prompt, namespace: CacheNamespace(salt: random.oneIn(4) ? "other" : nil),
                        maximumTokens: Int.random(in: 1...12, using: &random), endTokens: [0],
                        weight: random.oneIn(3) ? Double.random(in: 0.01...100, using: &random) : 1)
                    requests[engine.scheduler.submit(request)] = request
                }
                if random.oneIn(6), let victim = requests.keys.sorted().randomElement(using: &random) {
                    if engine.ends[victim] == nil, !engine.failed.contains(victim) { cancelled.insert(victim) }
                    engine.scheduler.cancel(victim)
                }
                engine.step()
            }
            var rounds = 0
            while !engine.scheduler.isIdle, rounds < 10_000 {
                engine.step()
                rounds += 1
            }
            try #require(engine.scheduler.isIdle, "\(layout.testDescription), seed \(seed): requests never end")
            for (id, request) in requests where !cancelled.contains(id) && !engine.failed.contains(id) {
                let reference = SimulatedEngine.reference(request)
                let output = engine.outputs[id] ?? []
                let endedEarly = engine.ends[id] == .length && output.count < reference.tokens.count
                try #require(
                    endedEarly
                        ? request.prompt.count + output.count > layout.blocks * layout.tokensPerBlock
                        : output == reference.tokens && engine.ends[id] == reference.end,
                    "\(layout.testDescription), seed \(seed), \(id)")
                let account = try #require(engine.prompts[id])
                #expect(
                    account.tokens == account.reusedReady + account.reusedInFlight + account.computed
                        + account.logitsOnly)
            }
            let counters = engine.scheduler.counters
            #expect(
                counters.promptTokens == counters.promptTokensReusedReady + counters.promptTokensReusedInFlight
                    + counters.promptTokensComputed + counters.promptTokensLogitsOnly)
            #expect(engine.cache.statistics.leased == 0, "\(layout.testDescription), seed \(seed)")
        }
    }
}
