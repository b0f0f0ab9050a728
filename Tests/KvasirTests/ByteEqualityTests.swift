import KVCache
import Kvasir
import Testing

/// Answers and log-probabilities of a burst on a real (tiny) model, bit for bit.
@Suite("Equal bytes")
struct ByteEqualityTests {
    private struct Answer: Hashable {
        var tokens: [TokenID] = []
        var logprobs: [UInt32] = []
    }

    private static func request(_ own: Int32) -> GenerationRequest {
        GenerationRequest(
            prompt: (0..<75).map { TokenID($0 * 7 % 300) } + [TokenID(own), TokenID(own + 40), 9],
            sampling: SamplingParameters(temperature: 0.8, topP: 0.95, seed: 3), maximumTokens: 8,
            ignoresEndOfGeneration: true, topLogprobs: 5)
    }

    private static func answer(_ own: Int32, _ engine: Engine) async throws -> Answer {
        var answer = Answer()
        for try await case .token(_, let token) in try engine.generate(request(own)) {
            answer.tokens.append(token.token)
            answer.logprobs += token.logprobs.map { [$0.logprob.bitPattern] + $0.top.map(\.logprob.bitPattern) } ?? []
        }
        return answer
    }

    @Test(
        "Reuse mode, block size, chunks, threads and neighbours change nothing",
        arguments: ["llama-f32", "qwen2-q8_0", "llama-bf16-keylength", "llama-f16-linear"])
    func configurations(model: String) async throws {
        var answers: Set<[Answer]> = []
        for (threads, tokensPerBlock, batch) in [(1, 16, 512), (2, 2, 29), (1, 64, 40), (2, 5, 512)] {
            let loaded = try LoadedModel.load(path: fixtureModel(model), threads: threads)
            for reuse in ReuseMode.allCases {
                let engine = try loaded.makeEngine(
                    EngineConfiguration(
                        tokensPerBlock: tokensPerBlock, blocks: 4_096 / tokensPerBlock, reuse: reuse,
                        maximumBatchTokens: batch, maximumSequences: 16))
                let burst = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
                    for own in 0..<5 { group.addTask { (own, try await Self.answer(Int32(own), engine)) } }
                    var burst = Array(repeating: Answer(), count: 5)
                    for try await (own, answer) in group { burst[own] = answer }
                    return burst
                }
                #expect(
                    try await Self.answer(2, engine) == burst[2],
                    "alone, \(reuse), \(threads) threads, blocks of \(tokensPerBlock)")
                answers.insert(burst)
            }
        }
        #expect(answers.count == 1)
        #expect(Set(answers.first ?? []).count > 1, "the users get different answers")
    }
}
