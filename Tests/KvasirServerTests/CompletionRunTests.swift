import KVCache
import Kvasir
import Synchronization
import Testing

@testable import KvasirServer

@Suite("Running a request's generations") struct CompletionRunTests {
    private func job(_ body: String, prompts: [[TokenID]]) throws -> CompletionJob {
        let fields = try RequestFields(body: Array(body.utf8))
        let options = try GenerationOptions(fields, defaultMaximumTokens: nil)
        return CompletionJob(prompts: prompts, options: options, field: "prompt")
    }

    private func texts(_ run: CompletionRun, count: Int) async throws -> ([ChoiceDelta], Usage?) {
        var choices = Array(repeating: ChoiceDelta(), count: count)
        var usage: Usage?
        try await run.run { steps, state in
            for step in steps { if let delta = step.delta { choices[step.choice].append(delta) } }
            usage = state.usage
        }
        return (choices, usage)
    }

    @Test("choices are ordered by prompt, then sample; usage counts each prompt once and the first sample's reuse")
    func order() async throws {
        let backend = try GenerationBackend.scripted { request in
            let name = String(request.prompt.count)
            return .replaying(
                [.prompt(sample: 1, .reusing(5, of: request.prompt.count)), .prompt(sample: 0, .reusing(1, of: 9))]
                    + GenerationEvent.tokens(name + "b", sample: 1) + GenerationEvent.tokens(name + "a", sample: 0)
                    + [.finished(sample: 1, .length), .finished(sample: 0, .stop)])
        }
        let run = try CompletionRun(job(#"{"n": 2}"#, prompts: [[1], [1, 2]]), on: backend)
        let (choices, usage) = try await texts(run, count: 4)
        #expect(choices.map(\.text) == ["1a", "1b", "2a", "2b"])
        #expect(choices.map(\.finishReason) == [.stop, .length, .stop, .length])
        #expect(usage == Usage(promptTokens: 3, completionTokens: 8, cachedTokens: 2))
    }

    @Test("a stop text cancels its sample; when all are stopped, the run ends")
    func stopCancels() async throws {
        let cancellations = Mutex<[Int?]>([])
        let backend = try GenerationBackend.scripted { request in
            GenerationHandle(
                receive: { body in
                    for event in GenerationEvent.tokens("abX", sample: 0) + GenerationEvent.tokens("X", sample: 1) {
                        body(event)
                    }
                    try await Task.sleep(for: .seconds(100))
                },
                cancel: { sample in cancellations.withLock { $0.append(sample) } })
        }
        let run = try CompletionRun(job(#"{"n": 2, "stop": "X"}"#, prompts: [[1]]), on: backend)
        let (choices, usage) = try await texts(run, count: 2)
        #expect(choices.map(\.text) == ["ab", ""])
        #expect(choices.map(\.finishReason) == [.stop, .stop])
        #expect(usage?.completionTokens == 4)
        #expect(cancellations.withLock { $0 }.starts(with: [0, 1]))
    }

    @Test("a generation that fails ends the run with its error")
    func failure() async throws {
        let backend = try GenerationBackend.scripted { request in
            .replaying(GenerationEvent.tokens("a"), then: EngineError(.failed, "broken"))
        }
        let run = try CompletionRun(job("{}", prompts: [[1], [2]]), on: backend)
        await #expect(throws: EngineError.self) { _ = try await texts(run, count: 2) }
    }

    @Test("a generation that ends without an end counts as cancelled")
    func silence() async throws {
        let backend = try GenerationBackend.scripted { _ in .replaying([]) }
        let run = try CompletionRun(job("{}", prompts: [[1]]), on: backend)
        await #expect(throws: CancellationError.self) { _ = try await texts(run, count: 1) }
    }

    @Test("if one prompt is refused, those before it are cancelled")
    func allOrNothing() throws {
        let cancellations = Mutex(0)
        let backend = try GenerationBackend.scripted { request throws(APIError) in
            if request.prompt.count == 3 { throw APIError(EngineError(.queueFull, "full", retryAfterSeconds: 2)) }
            return GenerationHandle(receive: { _ in }, cancel: { _ in cancellations.withLock { $0 += 1 } })
        }
        let error = #expect(throws: APIError.self) {
            _ = try CompletionRun(job("{}", prompts: [[1], [1, 2], [1, 2, 3], [1]]), on: backend)
        }
        #expect(error?.status == 429)
        #expect(error?.retryAfterSeconds == 2)
        #expect(cancellations.withLock { $0 } == 2)
    }

    @Test("prompts that are empty or too long are refused before anything starts")
    func promptLengths() throws {
        let backend = try GenerationBackend.alphabet(contextLength: 8)
        let empty = #expect(throws: APIError.self) { try CompletionRun(job("{}", prompts: [[1], []]), on: backend) }
        #expect(empty?.parameter == "prompt[1]")
        let long = #expect(throws: APIError.self) {
            try CompletionRun(job("{}", prompts: [Array(repeating: 1, count: 8)]), on: backend)
        }
        #expect(long?.code == "context_length_exceeded")
        #expect(long?.message.contains("8 tokens and the prompt alone has 8") == true)
    }

    @Test("a mailbox gives what came since the last look, and ends with its task")
    func mailbox() async {
        let mailbox = EventMailbox()
        mailbox.add(.ended(prompt: 0, nil))
        mailbox.add(.ended(prompt: 1, nil))
        #expect(await mailbox.next()?.count == 2)
        mailbox.add(.ended(prompt: 2, nil))
        #expect(await mailbox.next()?.count == 1)
        let waiting = Task { await mailbox.next() == nil }
        waiting.cancel()
        #expect(await waiting.value)
    }
}
