import Foundation
import KVCache
import Scheduling
import TestSupport
import Testing

@Suite("Random histories of the scheduler")
struct RandomHistoryTests {
    /// More of them: `KVASIR_SOAK=1000 swift test --filter randomHistories`.
    private static let seeds = ProcessInfo.processInfo.environment["KVASIR_SOAK"].flatMap { UInt64($0) } ?? 20
    /// One alone: `KVASIR_SEED=4`.
    private static let seed = ProcessInfo.processInfo.environment["KVASIR_SEED"].flatMap { UInt64($0) }

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

    private static let salts: [String?] = [nil, "a", "b", "c"]

    private static func policy(_ random: inout SeededGenerator) -> SchedulingPolicy {
        var policy = SchedulingPolicy()
        policy.prefillOrder = PrefillOrder.allCases[Int.random(in: 0..<3, using: &random)]
        policy.patience = random.oneIn(2) ? 50 : 1e6
        policy.targetInterTokenLatency = random.oneIn(2) ? Double.random(in: 0...30, using: &random) : nil
        policy.fairnessSlack = random.oneIn(2) ? 20 : 1e5
        for salt in salts where random.oneIn(2) {
            policy.shares[CacheNamespace(salt: salt)] = Double.random(in: 0.1...10, using: &random)
        }
        return policy
    }

    private static func request(
        _ random: inout SeededGenerator, at now: Int64, maximum: Int, amongEquals: Bool
    ) throws -> SequenceRequest {
        // Among equals a few long prompts are passed by many short ones.
        let longest = amongEquals && !random.oneIn(6) ? 5 : 60
        let length = Int.random(in: 1...min(longest, maximum), using: &random)
        let split = Int.random(in: 0...length, using: &random)
        let prompt = (0..<length).map { index in
            TokenID(index < split ? Int32(index % 5) : Int32.random(in: 0..<3, using: &random))
        }
        var request = SequenceRequest(
            prompt: prompt, maximumTokens: Int.random(in: 1...12, using: &random), endTokens: [0],
            weight: !amongEquals && random.oneIn(3) ? Double.random(in: 0.001...1_000, using: &random) : 1)
        request.namespace = CacheNamespace(
            salt: amongEquals || random.oneIn(2) ? nil : salts.randomElement(using: &random) ?? nil)
        if random.oneIn(6) {
            request.deadline = CacheInstant(milliseconds: now + Int64.random(in: -5...400, using: &random))
        }
        if random.oneIn(5) {
            let level = try RetentionLevel(
                RetentionPriority(Int.random(in: 0...100, using: &random)),
                for: random.oneIn(2)
                    ? .unlimited : CacheLifetime(milliseconds: Int64.random(in: 0...500, using: &random)))
            request.retention = try Retention(
                [Retention.Range(from: Int.random(in: 0...20, using: &random), level)], decode: level)
        }
        return request
    }

    @Test(
        "Arrivals, cancellations, deadlines, failures, tenants: right outputs, all end, none is passed over too long, nothing leaks",
        arguments: layouts)
    func randomHistories(layout: Layout) throws {
        var overdue = 0
        for seed in Self.seed.map({ $0...$0 }) ?? 0...Self.seeds - 1 {
            var random = SeededGenerator(seed: seed)
            let sequences = Int.random(in: 1...8, using: &random)
            // What is promised about being passed over is plain among equals.
            let amongEquals = seed % 2 == 0
            var policy = Self.policy(&random)
            if amongEquals { policy.patience = Double.random(in: 5...50, using: &random) }
            var engine = SimulatedEngine(
                mode: layout.mode, tokensPerBlock: layout.tokensPerBlock, blocks: layout.blocks,
                limits: SchedulerLimits(
                    maximumBatchTokens: Int.random(in: sequences...(amongEquals ? 10 : 40), using: &random),
                    maximumSequences: sequences),
                policy: policy)
            if amongEquals { engine.bound = PassingBound(engine.scheduler) }
            var guaranteed = 0
            for salt in Self.salts where random.oneIn(4) {
                let minimum = Int.random(in: 0...layout.blocks / 8, using: &random)
                guaranteed += minimum
                engine.cache.setMinimumResidency(minimum, for: CacheNamespace(salt: salt))
            }
            let room = (layout.blocks - guaranteed) * layout.tokensPerBlock
            var times = SeededGenerator(seed: seed ^ 77)
            engine.seconds = {
                times.oneIn(5) ? nil : Double($0.tokens.count + 3) * Double.random(in: 0.5...2, using: &times)
            }
            var failures = SeededGenerator(seed: seed ^ 99)
            engine.runner.fails = { failures.oneIn(60) }
            var now: Int64 = 0
            var requests: [SequenceID: SequenceRequest] = [:]
            var cancelled: Set<SequenceID> = []
            func step() {
                now += Int64.random(in: 0...20, using: &random)
                engine.expire(at: now)
                engine.step()
            }
            for _ in 0..<40 {
                for _ in 0..<(amongEquals ? 4 : 1) where random.oneIn(2) {
                    let request = try Self.request(&random, at: now, maximum: room, amongEquals: amongEquals)
                    requests[engine.scheduler.submit(request)] = request
                }
                if random.oneIn(6), let victim = requests.keys.sorted().randomElement(using: &random) {
                    if engine.ends[victim] == nil, !engine.failed.contains(victim) { cancelled.insert(victim) }
                    engine.scheduler.cancel(victim)
                }
                step()
            }
            var rounds = 0
            while !engine.scheduler.isIdle, rounds < 10_000 {
                step()
                rounds += 1
            }
            let history = "\(layout.testDescription), seed \(seed)"
            try #require(engine.scheduler.isIdle, "\(history): requests never end")
            for (id, request) in requests where !cancelled.contains(id) && !engine.failed.contains(id) {
                try check(engine, id, request, room: room, history)
            }
            let counters = engine.scheduler.counters
            #expect(
                counters.promptTokens.all == counters.promptTokens.reusedReady + counters.promptTokens.reusedInFlight
                    + counters.promptTokens.computed + counters.promptTokens.logitsOnly, "\(history)")
            for tenant in engine.scheduler.tenants {
                #expect(tenant.running == 0 && tenant.waiting == 0, "\(history)")
                let answers = requests.filter { $0.value.namespace == tenant.namespace }
                    .reduce(0) { $0 + (engine.outputs[$1.key]?.count ?? 0) }
                #expect(tenant.generatedTokens == answers, "\(history)")
            }
            #expect(engine.cache.statistics.leased == 0, "\(history)")
            #expect(engine.bound?.broken ?? [] == [], "\(history)")
            overdue += engine.bound?.overdue ?? 0
        }
        #expect(overdue > 0 || Self.seed != nil, "nobody was passed over: the bound was not tried")
    }

    private func check(
        _ engine: SimulatedEngine, _ id: SequenceID, _ request: SequenceRequest, room: Int, _ history: String
    ) throws {
        let reference = SimulatedEngine.reference(request)
        let output = engine.outputs[id] ?? []
        let end = try #require(engine.ends[id], "\(history), \(id) has no end")
        if end == .deadline {
            #expect(
                request.deadline != nil && output == Array(reference.tokens.prefix(output.count)), "\(history), \(id)")
            return
        }
        if end == .length, output.count < reference.tokens.count {
            try #require(request.prompt.count + output.count > room, "\(history), \(id) was cut short")
        } else {
            try #require(output == reference.tokens && end == reference.end, "\(history), \(id)")
        }
        let account = try #require(engine.prompts[id])
        #expect(
            account.tokens == account.reusedReady + account.reusedInFlight + account.computed + account.logitsOnly,
            "\(history), \(id)")
    }
}
