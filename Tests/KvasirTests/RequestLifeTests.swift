import KVCache
import Scheduling
import Synchronization
import TestSupport
import Testing

@testable import Kvasir

/// What tasks tell, in the order in which they do.
private final class Recorder<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func append(_ value: Value) {
        values.withLock { $0.append(value) }
    }
}

@Suite("A request's life in the engine")
struct RequestLifeTests {
    private let prompt: [TokenID] = (0..<300).map { TokenID(1 + $0 % 30) }

    @Test("A timeout ends all of a request, in the queue or running, with one error; others go on")
    func timeout() async throws {
        let gate = StepGate()
        defer { gate.open() }
        let engine = try makeToyEngine(maximumSequences: 2, gate: gate)
        let lasting = try engine.generate(
            GenerationRequest(prompt: [1, 2], maximumTokens: 40, ignoresEndOfGeneration: true))
        let brief = try engine.generate(
            GenerationRequest(
                prompt: prompt, maximumTokens: 4_000 - 300, samples: 3, ignoresEndOfGeneration: true,
                timeout: .milliseconds(20)))
        try await Task.sleep(for: .milliseconds(30))
        gate.open()
        let error = await #expect(throws: EngineError.self) { try await Collected(brief) }
        #expect(error?.code == .timedOut && error?.parameter == "timeout")
        #expect(try await Collected(lasting).tokens[0]?.count == 40)
        while engine.statistics().running > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(engine.statistics().cache.leased == 0)
        #expect(engine.statistics().timedOut >= 1)
        #expect(engine.statistics().scheduler.expired == 3)
    }

    @Test("More urgent requests leave the queue first")
    func priority() async throws {
        let gate = StepGate()
        defer { gate.open() }
        let steps = Recorder<Int>()
        let engine = try makeToyEngine(maximumSequences: 1, gate: gate) {
            $0.onStep = { work, _ in steps.append(work.rows) }
        }
        // The first has the only place while the others come; prompts are told apart by their lengths.
        let generations = try [(30, 0), (10, 0), (13, 3), (8, -2), (11, 1), (9, -1)].map { length, priority in
            try engine.generate(
                GenerationRequest(
                    prompt: Array(repeating: TokenID(Int32(length)), count: length), maximumTokens: 1,
                    ignoresEndOfGeneration: true, priority: priority))
        }
        gate.open()
        for generation in generations { #expect(try await Collected(generation).ends.count == 1) }
        #expect(steps.all.filter { $0 < 30 } == [8, 9, 10, 11, 13])
    }

    @Test("Priorities double or halve a weight, within bounds")
    func weights() {
        for (priority, weight) in [
            (0, 1.0), (1, 0.5), (-3, 8), (10, 1.0 / 1_024), (-10, 1_024), (.max, 1.0 / 1_024), (.min, 1_024),
        ] {
            #expect(GenerationRequest(prompt: [1], priority: priority).weight == weight)
        }
    }

    @Test("Equal greedy requests run each row once, and their answers are those of each alone")
    func sharedRows() async throws {
        let request = GenerationRequest(
            prompt: prompt, sampling: SamplingParameters(temperature: 0), maximumTokens: 20, samples: 4,
            ignoresEndOfGeneration: true, topLogprobs: 3)
        let engine = try makeToyEngine()
        let together = try await Collected(engine.generate(request))
        let counters = engine.statistics().scheduler
        #expect(counters.rows == 300 + 19 && counters.sharedRows == 3 * 20)
        var single = request
        single.samples = 1
        let plain = try makeToyEngine(reuse: .off)
        let alone = try await Collected(plain.generate(single))
        for sample in 0..<4 { #expect(together.tokens[sample] == alone.tokens[0]) }
        // Samples that draw share rows until their draws differ.
        var drawing = request
        drawing.sampling = SamplingParameters(temperature: 1, seed: 5)
        let drawn = try await Collected(engine.generate(drawing))
        let apart = try await Collected(plain.generate(drawing))
        #expect(drawn.tokens == apart.tokens && Set(drawn.tokens.values).count > 1)
    }

    @Test("Retention reaches the cache, and its time passes")
    func retention() async throws {
        let engine = try makeToyEngine(tokensPerBlock: 4, blocks: 40)
        func ask(_ token: Int32, _ retention: Retention) async throws -> Int {
            let prompt = Array(repeating: TokenID(token), count: 60)
            let request = GenerationRequest(prompt: prompt, maximumTokens: 1, retention: retention)
            return try await Collected(engine.generate(request)).usage[0]?.cached ?? -1
        }
        func flood() async throws { for token in Int32(10)..<16 { _ = try await ask(token, .none) } }
        let level = try RetentionLevel(RetentionPriority(90), for: CacheLifetime(milliseconds: 3_600_000))
        let brief = try RetentionLevel(RetentionPriority(90), for: CacheLifetime(milliseconds: 1))
        _ = try await ask(1, Retention([.init(from: 0, level)]))
        try await flood()
        #expect(try await ask(1, Retention([.init(from: 0, brief)])) == 59)
        try await Task.sleep(for: .milliseconds(5))
        try await flood()
        #expect(try await ask(1, .none) < 59)
    }

    @Test("A full queue says to come again when what waits has been served, at the measured rate")
    func retryAfter() {
        var rate = ServiceRate()
        rate.record(seconds: 3, ended: 0)
        #expect(rate.secondsPerSequence == 3, "nothing has ended yet")
        rate.record(seconds: 1, ended: 2)
        #expect(rate.secondsPerSequence == 2)
        for _ in 0..<1_000 { rate.record(seconds: 0.5, ended: 1) }
        #expect(abs(rate.secondsPerSequence - 0.5) < 1e-3, "it follows what is measured of late")
        #expect(ServiceRate.retryAfter(waiting: 41, secondsPerSequence: 0.5) == 21)
        #expect(ServiceRate.retryAfter(waiting: 0, secondsPerSequence: 0.5) == 1)
        #expect(ServiceRate.retryAfter(waiting: .max, secondsPerSequence: 9) == 3_600)
    }

    @Test("A tenant is promised places and memory; promises beyond half of the memory are refused")
    func tenants() async throws {
        let engine = try makeToyEngine(tokensPerBlock: 4, blocks: 40) {
            $0.tenants = ["a": TenantShare(weight: 2, minimumResidentTokens: 60)]
        }
        #expect(engine.contextLength == 160 - 60)
        func ask(_ token: Int32, _ salt: String?) async throws -> Int {
            let prompt = Array(repeating: TokenID(token), count: 60)
            let request = GenerationRequest(prompt: prompt, maximumTokens: 1, cacheSalt: salt)
            return try await Collected(engine.generate(request)).usage[0]?.cached ?? -1
        }
        _ = try await ask(1, "a")
        for token in Int32(2)..<9 { _ = try await ask(token, "b") }
        #expect(try await ask(1, "a") == 59)
        for tenant in [
            TenantShare(weight: 0), TenantShare(minimumResidentTokens: 84), TenantShare(minimumResidentTokens: -1),
        ] {
            let error = #expect(throws: EngineError.self) {
                try makeToyEngine(tokensPerBlock: 4, blocks: 40) { $0.tenants = ["a": tenant] }
            }
            #expect(error?.parameter == "tenants")
        }
        #expect(throws: EngineError.self) { try makeToyEngine { $0.tenants = ["other": TenantShare()] } }
    }

    @Test("Tenants have counters of their own, whose parts add up, over times in which the cache holds nothing of them")
    func tenantCounters() async throws {
        let engine = try makeToyEngine(tokensPerBlock: 4, blocks: 40) {
            $0.tenants = ["a": TenantShare(weight: 2), "b": TenantShare()]
        }
        func ask(_ token: Int32, _ salt: String?, length: Int = 100) async throws {
            let request = GenerationRequest(
                prompt: Array(repeating: TokenID(token), count: length), sampling: SamplingParameters(temperature: 0),
                maximumTokens: 2, ignoresEndOfGeneration: true, cacheSalt: salt)
            _ = try await Collected(engine.generate(request))
        }
        try await ask(1, "a")
        try await ask(1, "a")
        // Takes all memory, so nothing of the first tenant is left.
        try await ask(2, "c", length: 158)
        try await ask(1, "a")
        try await ask(1, "b", length: 30)
        let statistics = engine.statistics()
        #expect(statistics.tenants.map(\.salt) == ["a", "b"])
        let counters = statistics.tenants.map(\.scheduler)
        #expect(counters.map(\.promptTokens.all) == [300, 30])
        #expect(counters.map(\.promptTokens.computed) == [200, 30])
        #expect(counters.map(\.promptTokens.reusedReady) == [99, 0])
        #expect(counters.map(\.promptTokens.logitsOnly) == [1, 0])
        #expect(counters.map(\.generatedTokens) == [6, 2])
        #expect(counters.allSatisfy { $0.running == 0 && $0.waiting == 0 })
        // All blocks of its prompt, and the one that its first generated token is in.
        #expect(statistics.tenants[0].evictions == 26)
        #expect(statistics.tenants[1].evictions == 0)
        #expect(statistics.tenants[0].evictions < statistics.cache.evictions)
        #expect(statistics.scheduler.promptTokens.all == 300 + 30 + 158)
    }

    @Test("Measured steps reach the scheduler and whoever wants to know")
    func steps() async throws {
        let steps = Recorder<StepWork>()
        let engine = try makeToyEngine {
            $0.scheduling.targetInterTokenLatency = 1
            $0.onStep = { work, seconds in if seconds >= 0 { steps.append(work) } }
        }
        _ = try await Collected(
            engine.generate(GenerationRequest(prompt: prompt, maximumTokens: 3, ignoresEndOfGeneration: true)))
        let rows = steps.all.map(\.rows)
        #expect(rows == [64, 64, 64, 64, 44, 1, 1])
        #expect(steps.all.first == StepWork(rows: 64, pairs: 64 * 65 / 2, reads: 64))
    }
}
