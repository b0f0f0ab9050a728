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
        #expect(engine.scheduler.counters.promptTokens.computed == 1_001 + 16 * 2)
        #expect(engine.prompts.count == 16 && engine.ends.count == 16)
    }

    @Test("The same without early reuse: after completion, and never")
    func otherModes() {
        for (mode, computed) in [(ReuseMode.completed, 16 * 1_003), (.off, 16 * 1_003)] {
            var engine = SimulatedEngine(mode: mode, tokensPerBlock: 16, blocks: 2_000)
            for request in burst(16) { _ = engine.scheduler.submit(request) }
            while !engine.step().isEmpty {}
            #expect(engine.scheduler.counters.promptTokens.computed == computed)
            for request in burst(1) { _ = engine.scheduler.submit(request) }
            while !engine.step().isEmpty {}
            let again = engine.scheduler.counters.promptTokens.computed - computed
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
        #expect(engine.scheduler.counters.promptTokens.computed == 1_001 + 15 * 2)
        #expect(engine.ends.count == 15)
    }

    @Test("First tokens go before further ones, for a full step's prompts at most between two tokens of a sequence")
    func firstTokensFirst() {
        func run(target: Double?) -> (gaps: [Int], firstAt: [Int]) {
            var policy = SchedulingPolicy()
            policy.efficientRows = 16
            policy.targetInterTokenLatency = target
            var engine = SimulatedEngine(
                mode: .early, tokensPerBlock: 16, blocks: 1_000,
                limits: SchedulerLimits(maximumBatchTokens: 64, maximumSequences: 32), policy: policy)
            let decoding = engine.scheduler.submit(SequenceRequest(prompt: [1], maximumTokens: 40))
            engine.step()
            let prompts = (0..<12).map { number in
                engine.scheduler.submit(
                    SequenceRequest(prompt: Array(repeating: TokenID(Int32(2 + number)), count: 16), maximumTokens: 1))
            }
            var (gap, gaps, firstAt) = (0, [Int](), [Int]())
            while engine.outputs.count < 13 {
                let before = engine.outputs[decoding]?.count
                let prefilled = engine.scheduler.counters.promptTokens.computed
                engine.step()
                gap += engine.scheduler.counters.promptTokens.computed - prefilled
                firstAt.append(prompts.count { engine.outputs[$0] != nil })
                guard engine.outputs[decoding]?.count != before else { continue }
                gaps.append(gap)
                gap = 0
            }
            return (gaps, firstAt)
        }
        // Four prompts of 16 fill a step of 64; then the decode has its row.
        let free = run(target: nil)
        #expect(free.firstAt == [1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12])
        // So it has beside the last prompt, behind which nobody waits.
        #expect(free.gaps == [64, 64, 64])
        // Whoever wants tokens in time gets one with every step.
        #expect(run(target: 10).gaps.allSatisfy { $0 <= 32 })
    }

    @Test("Who comes first in the queue: by weight, but nobody passes who came a patience earlier")
    func queueOrder() {
        var policy = SchedulingPolicy()
        policy.patience = 100
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 1_000,
            limits: SchedulerLimits(maximumBatchTokens: 10, maximumSequences: 1), policy: policy)
        var used: Int32 = 0
        func submit(weight: Double) -> SequenceID {
            used += 1
            let prompt = Array(repeating: TokenID(used), count: 20)
            return engine.scheduler.submit(SequenceRequest(prompt: prompt, maximumTokens: 1, weight: weight))
        }
        let light = submit(weight: 0.5)
        let (plain, heavy) = (submit(weight: 1), submit(weight: 2))
        var ends: [SequenceID] = []
        for round in 0..<60 {
            engine.step()
            ends += engine.ends.keys.filter { !ends.contains($0) }
            // Others of weight 1 come as fast as they are computed; the light one waits for two patiences at most.
            if round % 2 == 0 { _ = submit(weight: 1) }
        }
        #expect(Array(ends.prefix(2)) == [heavy, plain])
        let place = ends.firstIndex(of: light)
        #expect(place.map { (4...8).contains($0) } == true, "\(place ?? -1)")
    }

    @Test("A deadline ends a sequence that waits or runs, and nobody else; what it computed stays")
    func deadlines() {
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 1_000,
            limits: SchedulerLimits(maximumBatchTokens: 64, maximumSequences: 2))
        func request(_ deadline: Int64?) -> SequenceRequest {
            SequenceRequest(
                prompt: shared, maximumTokens: 100, deadline: deadline.map { CacheInstant(milliseconds: $0) })
        }
        let running = engine.scheduler.submit(request(50))
        let free = engine.scheduler.submit(request(nil))
        let waiting = engine.scheduler.submit(request(20))
        let last = engine.scheduler.submit(request(1_000_000))
        for now in [0, 19] {
            engine.expire(at: Int64(now))
            engine.step()
        }
        #expect(engine.ends.isEmpty)
        engine.expire(at: 20)
        #expect(engine.ends == [waiting: .deadline])
        engine.expire(at: 60)
        #expect(engine.ends == [waiting: .deadline, running: .deadline])
        #expect(engine.scheduler.counters.expired == 2)
        while !engine.step().isEmpty {}
        #expect(engine.ends[free] == .length && engine.ends[last] == .length)
        #expect(engine.scheduler.counters.promptTokens.computed == 1_000)
        #expect(engine.cache.statistics.leased == 0)
    }

    @Test("What a request asks to be kept is kept, of its prompt and of its answer, as long as it asked")
    func retention() throws {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 4, blocks: 20)
        let kept = try RetentionLevel(RetentionPriority(90), for: CacheLifetime(milliseconds: 100))
        let precious = SequenceRequest(
            prompt: Array(repeating: 1, count: 16), maximumTokens: 8,
            retention: try Retention([Retention.Range(from: 0, kept)], decode: kept))
        _ = engine.scheduler.submit(precious)
        while !engine.step().isEmpty {}
        let path = precious.prompt + (engine.outputs.values.first ?? [])
        func flood(_ token: Int32) {
            for index in 0..<8 {
                _ = engine.scheduler.submit(
                    SequenceRequest(
                        prompt: Array(repeating: TokenID(token + Int32(index)), count: 40), maximumTokens: 1))
            }
            while !engine.step().isEmpty {}
        }
        flood(2)
        #expect(engine.cache.peek(path) >= 20, "the answer is kept too: \(engine.cache.peek(path))")
        engine.expire(at: 200)
        flood(12)
        #expect(engine.cache.peek(path) < 16)
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
}
