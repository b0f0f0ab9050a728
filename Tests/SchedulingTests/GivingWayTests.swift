import KVCache
import TestSupport
import Testing

@testable import Scheduling

@Suite("Who gives way")
struct GivingWayTests {
    private static func engine(blocks: Int = 1_000, sequences: Int = 8, _ policy: SchedulingPolicy = SchedulingPolicy())
        -> SimulatedEngine
    {
        SimulatedEngine(
            mode: .early, tokensPerBlock: 4, blocks: blocks,
            limits: SchedulerLimits(maximumBatchTokens: 512, maximumSequences: sequences), policy: policy)
    }

    private static func request(_ prompt: [TokenID], _ salt: String? = nil, answer: Int = 50) -> SequenceRequest {
        SequenceRequest(prompt: prompt, namespace: CacheNamespace(salt: salt), maximumTokens: answer)
    }

    private static func tokens(_ token: Int32, _ count: Int) -> [TokenID] {
        Array(repeating: TokenID(token), count: count)
    }

    @Test("The one whose own tokens are the cheapest to compute again, wherever it stands; never the oldest")
    func leastLoss() {
        for place in 0..<3 {
            var engine = Self.engine()
            var lengths = [200, 200, 200]
            lengths[place] = 50
            let oldest = engine.scheduler.submit(Self.request(Self.tokens(1, 10)))
            let ids = lengths.enumerated().map {
                engine.scheduler.submit(Self.request(Self.tokens(Int32(2 + $0.offset), $0.element)))
            }
            for _ in 0..<6 { engine.step() }
            #expect(engine.scheduler.victim(where: { _ in true })?.id == ids[place])
            #expect(engine.scheduler.victim(where: { $0.id == oldest }) == nil)
        }
    }

    @Test("What others keep is not lost; who shares all frees nothing, and goes last")
    func shared() {
        var engine = Self.engine()
        let common = Self.tokens(1, 300)
        _ = engine.scheduler.submit(Self.request(common))
        // All of it is the oldest's too, answers as well.
        let equal = engine.scheduler.submit(Self.request(common))
        let own = engine.scheduler.submit(Self.request(Self.tokens(2, 100)))
        let behind = engine.scheduler.submit(Self.request(common + Self.tokens(3, 20)))
        for _ in 0..<6 { engine.step() }
        func victim(but gone: [SequenceID]) -> SequenceID? {
            engine.scheduler.victim(where: { !gone.contains($0.id) })?.id
        }
        #expect(victim(but: []) == behind)
        #expect(victim(but: [behind]) == own)
        #expect(victim(but: [behind, own]) == equal)
    }

    @Test("The namespace that runs most against its share, whatever is lost")
    func load() {
        var policy = SchedulingPolicy()
        policy.shares[CacheNamespace(salt: "a")] = 3
        var engine = Self.engine(policy)
        _ = engine.scheduler.submit(Self.request(Self.tokens(1, 10), "a"))
        for token in Int32(2)...3 { _ = engine.scheduler.submit(Self.request(Self.tokens(token, 10), "a")) }
        _ = engine.scheduler.submit(Self.request(Self.tokens(4, 10), "b"))
        let dear = engine.scheduler.submit(Self.request(Self.tokens(5, 300), "b"))
        for _ in 0..<4 { engine.step() }
        // 3 of share 3 against 2 of share 1.
        let victim = engine.scheduler.victim(where: {
            $0.request.namespace == CacheNamespace(salt: "a") || $0.id == dear
        })
        #expect(victim?.id == dear)
    }

    @Test("Who gave way keeps its place among the overdue and in the queue; others are let in when one has ended")
    func comesBack() throws {
        var engine = Self.engine()
        let ids = (0..<3).map { engine.scheduler.submit(Self.request(Self.tokens(Int32(1 + $0), 20), answer: 8 - $0)) }
        for _ in 0..<2 { engine.step() }
        let sequence = try #require(engine.scheduler.sequences[ids[1]])
        let due = sequence.due
        engine.scheduler.preempt(sequence)
        let later = engine.scheduler.submit(Self.request(Self.tokens(9, 20)))
        engine.step()
        #expect(engine.scheduler.waitingCount == 2, "nobody has ended")
        while engine.ends.isEmpty { engine.step() }
        engine.step()
        #expect(engine.ends.keys.first == ids[2] && engine.scheduler.runningCount == 3)
        #expect(engine.scheduler.sequences[ids[1]]?.due == due)
        #expect(engine.scheduler.sequences[later]?.due ?? 0 > due)
    }

    @Test("A sequence that another namespace sent back does not keep out who fits")
    func displacementHoldsNobodyBack() {
        var engine = Self.engine(blocks: 100, sequences: 2)
        for token in Int32(1)...2 { _ = engine.scheduler.submit(Self.request(Self.tokens(token, 40), "flood")) }
        engine.step()
        let first = engine.scheduler.submit(Self.request(Self.tokens(3, 8), "a", answer: 40))
        engine.step()
        #expect(engine.scheduler.counters.displacements == 1 && engine.scheduler.running.contains { $0.id == first })
        #expect(!engine.scheduler.isHoldingBack)
    }

    @Test("While nobody is let in since one gave way for memory, another namespace still takes one place, and no more")
    func displacementWhileHoldingBack() throws {
        var engine = Self.engine()
        let flood = (1...5).map { engine.scheduler.submit(Self.request(Self.tokens($0, 20), "flood")) }
        for _ in 0..<6 { engine.step() }
        engine.scheduler.preempt(try #require(engine.scheduler.sequences[flood[4]]))
        let other = engine.scheduler.submit(Self.request(Self.tokens(9, 20), "a"))
        engine.step()
        #expect(engine.scheduler.running.contains { $0.id == other })
        #expect(engine.scheduler.counters.displacements == 1 && engine.scheduler.runningCount == 4)
    }

    @Test("What is computed again is counted apart, and never as the prompt's")
    func recomputed() throws {
        var engine = SimulatedEngine(mode: .off, tokensPerBlock: 4, blocks: 100)
        let id = engine.scheduler.submit(Self.request(Self.tokens(1, 20), answer: 8))
        for _ in 0..<3 { engine.step() }
        engine.scheduler.preempt(try #require(engine.scheduler.sequences[id]))
        while !engine.step().isEmpty {}
        let counters = engine.scheduler.counters
        #expect(counters.promptTokens.computed == 20 && counters.promptTokensRecomputed == 20)
        // 7 answers are computed once, 2 of them twice.
        #expect(counters.otherTokensComputed == 20 + 7 + 2 && counters.rows == 49)
    }

    @Test("Who comes back to a path that others computed on takes its logits; its account stays as it was")
    func accountedOnce() throws {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 4, blocks: 100)
        _ = engine.scheduler.submit(Self.request(Self.tokens(1, 20), answer: 8))
        let id = engine.scheduler.submit(Self.request(Self.tokens(1, 20), answer: 12))
        for _ in 0..<3 { engine.step() }
        engine.scheduler.preempt(try #require(engine.scheduler.sequences[id]))
        while !engine.step().isEmpty {}
        let prompts = engine.scheduler.counters.promptTokens
        #expect(prompts.logitsOnly == 0 && prompts.computed == 20 && prompts.reusedInFlight == 20)
        #expect(engine.outputs[id]?.count == 12)
    }

    @Test("Room to grow is counted in blocks: who would be let in only to give way at once waits")
    func wholeBlocks() {
        var engine = SimulatedEngine(mode: .early, tokensPerBlock: 16, blocks: 4)
        let ids = [(Int32(1), 16), (2, 32)].map {
            engine.scheduler.submit(Self.request(Self.tokens($0.0, $0.1), answer: 8))
        }
        while !engine.step().isEmpty {}
        #expect(engine.scheduler.counters.preemptions == 0)
        #expect(ids.allSatisfy { engine.outputs[$0]?.count == 8 })
    }
}
