import KVCache
import Kvasir
import Scheduling
import TestSupport

/// An engine on the toy model: token 0 ends a generation.
func makeToyEngine(
    reuse: ReuseMode = .early, tokensPerBlock: Int = 16, blocks: Int = 1_000, maximumBatchTokens: Int = 64,
    maximumSequences: Int = 32, maximumQueue: Int = 256, stepDelay: Duration = .zero
) throws -> Engine {
    try Engine(
        runner: PacedRunner(delay: stepDelay), namespace: "toy", contextLength: 4_096, endTokens: [0],
        configuration: EngineConfiguration(
            tokensPerBlock: tokensPerBlock, blocks: blocks, reuse: reuse, maximumBatchTokens: maximumBatchTokens,
            maximumSequences: maximumSequences, maximumQueue: maximumQueue))
}

/// The toy model, slowed down so that requests can come while a step runs.
struct PacedRunner: ModelRunner {
    private var toy = ToyRunner()
    private let delay: Duration

    init(delay: Duration) {
        self.delay = delay
    }

    var vocabularySize: Int { toy.vocabularySize }

    mutating func run(_ plan: StepPlan) throws -> Logits {
        if delay > .zero {
            let end = ContinuousClock.now + delay
            while ContinuousClock.now < end {}
        }
        return try toy.run(plan)
    }
}

/// What a generation brought, sample by sample.
struct Collected: Equatable {
    var tokens: [Int: [TokenID]] = [:]
    var usage: [Int: PromptUsage] = [:]
    var ends: [Int: FinishReason] = [:]

    init(_ generation: Generation) async throws {
        for try await event in generation {
            switch event {
            case .prompt(let sample, let prompt): usage[sample] = prompt
            case .token(let sample, let token): tokens[sample, default: []].append(token.token)
            case .finished(let sample, let reason): ends[sample] = reason
            }
        }
    }
}
