import Foundation
import KVCache
import Kvasir
import TestSupport
import Testing

@Suite("The engine")
struct EngineTests {
    private let shared: [TokenID] = (0..<300).map { TokenID(1 + $0 % 30) }

    private func request(_ own: Int32, temperature: Float = 1, samples: Int = 1) -> GenerationRequest {
        GenerationRequest(
            prompt: shared + [TokenID(own % 32), TokenID(own / 32), 5],
            sampling: SamplingParameters(temperature: temperature, topP: 0.9, seed: 7), maximumTokens: 12,
            samples: samples)
    }

    @Test("Answers are the same in every reuse mode and block size, alone and in a crowd")
    func sameAnswers() async throws {
        var answers: Set<[[TokenID]]> = []
        for reuse in ReuseMode.allCases {
            for tokensPerBlock in [2, 16, 64] {
                let engine = try makeToyEngine(
                    reuse: reuse, tokensPerBlock: tokensPerBlock, blocks: 16_384 / tokensPerBlock)
                let crowd = try await withThrowingTaskGroup(of: (Int32, [TokenID]).self) { group in
                    for own in Int32(0)..<8 {
                        group.addTask {
                            (own, try await Collected(engine.generate(self.request(own))).tokens[0] ?? [])
                        }
                    }
                    return try await group.reduce(into: [Int32: [TokenID]]()) { $0[$1.0] = $1.1 }
                }
                let alone = try await Collected(engine.generate(request(3))).tokens[0]
                #expect(alone == crowd[3])
                answers.insert((0..<8).map { crowd[$0] ?? [] })
            }
        }
        #expect(answers.count == 1)
    }

    @Test("Samples of one request share its prompt and differ in their draws")
    func samples() async throws {
        let engine = try makeToyEngine()
        let collected = try await Collected(engine.generate(request(1, samples: 6)))
        #expect(collected.ends.count == 6)
        #expect(Set(collected.tokens.values).count > 1)
        #expect(collected.usage[0]?.computed == 303)
        #expect((1..<6).allSatisfy { collected.usage[$0]?.computed == 0 })
        let single = try await Collected(engine.generate(request(1)))
        #expect(single.tokens[0] == collected.tokens[0], "sample 0 draws as if it were alone")
        #expect(single.usage[0]?.cached == 302)
    }

    @Test("A cancelled sample ends alone")
    func cancelledSample() async throws {
        let gate = StepGate()
        defer { gate.open() }
        let engine = try makeToyEngine(gate: gate)
        var request = request(1, samples: 3)
        request.maximumTokens = 3_000
        request.ignoresEndOfGeneration = true
        let generation = try engine.generate(request)
        gate.allow(5)  // the prompt
        var tokens = [0, 0, 0]
        for try await case .token(let sample, _) in generation {
            tokens[sample] += 1
            if sample == 1 { generation.cancel(sample: 1) }
            if sample == 2 { gate.allow(1) }
            if tokens == [20, tokens[1], 20] { generation.cancel() }
        }
        #expect(tokens[0] >= 20 && tokens[2] >= 20, "its siblings go on")
        #expect((1...2).contains(tokens[1]), "a step may have been under way")
        #expect(engine.statistics().cancelled == 3)
        #expect(engine.statistics().finishedByLength == 0)
    }

    @Test("A cancelled request ends, leaves nothing leased, and its work serves others")
    func cancellation() async throws {
        let gate = StepGate()
        defer { gate.open() }
        let engine = try makeToyEngine(gate: gate)
        gate.allow(6)
        let long = try engine.generate(
            GenerationRequest(prompt: shared, maximumTokens: 2_000, ignoresEndOfGeneration: true))
        for try await event in long {
            if case .token = event { break }
        }
        long.cancel()
        gate.open()
        while engine.statistics().running > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(engine.statistics().cancelled == 1)
        #expect(engine.statistics().cache.leased == 0)
        #expect(try await Collected(engine.generate(request(1))).usage[0].map { $0.reusedReady >= 300 } == true)
    }

    @Test("Dropping a generation cancels it")
    func dropped() async throws {
        let gate = StepGate()
        defer { gate.open() }
        let engine = try makeToyEngine(gate: gate)
        gate.allow(1)
        let task = Task {
            try await Collected(
                engine.generate(GenerationRequest(prompt: shared, maximumTokens: 3_000, ignoresEndOfGeneration: true)))
        }
        while engine.statistics().running == 0 { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        _ = try await task.value
        gate.open()
        while engine.statistics().running > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(engine.statistics().cancelled == 1)
    }

    @Test("A full queue refuses, and says when to come again")
    func fullQueue() async throws {
        let gate = StepGate()
        defer { gate.open() }
        let engine = try makeToyEngine(maximumSequences: 2, maximumQueue: 3, gate: gate)
        var accepted: [Generation] = []
        for own in Int32(0)..<5 { accepted.append(try engine.generate(request(own))) }
        let error = #expect(throws: EngineError.self) { try engine.generate(request(9)) }
        #expect(error?.code == .queueFull)
        #expect((error?.retryAfterSeconds ?? 0) >= 1)
        gate.open()
        for generation in accepted { #expect(try await Collected(generation).ends.count == 1) }
        #expect(engine.statistics().rejected == 1)
    }

    @Test("Shutting down ends what runs and refuses what comes")
    func shutdown() async throws {
        let engine = try makeToyEngine()
        let running = try engine.generate(request(1))
        async let ended: Void = engine.shutdown()
        #expect(try await Collected(running).ends.count == 1)
        await ended
        let error = #expect(throws: EngineError.self) { try engine.generate(request(2)) }
        #expect(error?.code == .stopped)
    }

    @Test("A context that fills up ends the answer")
    func fullContext() async throws {
        let engine = try makeToyEngine(tokensPerBlock: 4, blocks: 8)
        #expect(engine.contextLength == 32)
        let answer = try await Collected(
            engine.generate(GenerationRequest(prompt: [1, 2, 3], ignoresEndOfGeneration: true)))
        #expect(answer.ends[0] == .length)
        #expect(answer.tokens[0]?.count == 29)
    }

    @Test("Log-probabilities are those of the whole distribution")
    func logprobs() async throws {
        let engine = try makeToyEngine()
        let prompt: [TokenID] = [1, 2, 3]
        let generation = try engine.generate(
            GenerationRequest(
                prompt: prompt, sampling: SamplingParameters(temperature: 0), maximumTokens: 1,
                ignoresEndOfGeneration: true,
                topLogprobs: 32))
        for try await case .token(_, let token) in generation {
            let all = try #require(token.logprobs?.top)
            #expect(all.count == 32)
            #expect(abs(all.reduce(0) { $0 + exp($1.logprob) } - 1) < 1e-4)
            #expect(all.first?.token == token.token && all.first?.logprob == token.logprobs?.logprob)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.logprob >= $1.logprob })
        }
    }

    static let badRequests: [(GenerationRequest, String)] = [
        (GenerationRequest(prompt: []), "prompt"),
        (GenerationRequest(prompt: [32]), "prompt"),
        (GenerationRequest(prompt: [-1]), "prompt"),
        (GenerationRequest(prompt: Array(repeating: 1, count: 4_096)), "prompt"),
        (GenerationRequest(prompt: [1], maximumTokens: 0), "maximumTokens"),
        (GenerationRequest(prompt: [1], samples: 0), "samples"),
        (GenerationRequest(prompt: [1], timeout: .zero), "timeout"),
        (GenerationRequest(prompt: [1], timeout: .seconds(2_000_000)), "timeout"),
        (GenerationRequest(prompt: [1], samples: .max), "samples"),
        (GenerationRequest(prompt: [1], topLogprobs: 33), "topLogprobs"),
        (GenerationRequest(prompt: [1], sampling: SamplingParameters(temperature: -1)), "temperature"),
        (GenerationRequest(prompt: [1], sampling: SamplingParameters(temperature: .nan)), "temperature"),
        (GenerationRequest(prompt: [1], sampling: SamplingParameters(topP: 0)), "topP"),
        (GenerationRequest(prompt: [1], sampling: SamplingParameters(topK: -1)), "topK"),
        (GenerationRequest(prompt: [1], sampling: SamplingParameters(minP: 2)), "minP"),
    ]

    @Test("Requests out of range are refused with the parameter's name")
    func badRequest() throws {
        let engine = try makeToyEngine()
        for (request, parameter) in Self.badRequests {
            let error = #expect(throws: EngineError.self) { try engine.generate(request) }
            #expect(error?.parameter == parameter)
        }
    }

    @Test(
        "Configurations out of range are refused",
        arguments: [
            EngineConfiguration(tokensPerBlock: 1, blocks: 1), EngineConfiguration(tokensPerBlock: 129, blocks: 1),
            EngineConfiguration(blocks: 0), EngineConfiguration(blocks: .max),
            EngineConfiguration(blocks: 1, maximumBatchTokens: 0),
            EngineConfiguration(blocks: 1, maximumSequences: 0), EngineConfiguration(blocks: 1, maximumBatchTokens: 8),
            EngineConfiguration(blocks: 1, maximumQueue: -1),
            EngineConfiguration(blocks: 1, targetInterTokenLatency: 0),
            EngineConfiguration(blocks: 1, targetInterTokenLatency: .nan),
        ])
    func badConfiguration(configuration: EngineConfiguration) {
        #expect(throws: EngineError.self) {
            try Engine(
                runner: ToyRunner(), namespace: "", contextLength: 10, endTokens: [], configuration: configuration)
        }
    }
}
