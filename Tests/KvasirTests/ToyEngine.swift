import Foundation
import KVCache
import Kvasir
import Scheduling
import TestSupport

/// An engine on the toy model: token 0 ends a generation.
func makeToyEngine(
    reuse: ReuseMode = .early, tokensPerBlock: Int = 16, blocks: Int = 1_000, maximumBatchTokens: Int = 64,
    maximumSequences: Int = 32, maximumQueue: Int = 256, gate: StepGate? = nil,
    configure: (inout EngineConfiguration) -> Void = { _ in }
) throws -> Engine {
    var configuration = EngineConfiguration(
        tokensPerBlock: tokensPerBlock, blocks: blocks, reuse: reuse, maximumBatchTokens: maximumBatchTokens,
        maximumSequences: maximumSequences, maximumQueue: maximumQueue)
    configure(&configuration)
    return try Engine(
        runner: GatedRunner(gate: gate), namespace: "toy", contextLength: 4_096, endTokens: [0],
        configuration: configuration)
}

/// Lets an engine run only as many steps as a test allows, so that what happens between steps does not depend on speed.
final class StepGate: @unchecked Sendable {
    /// Guards all state.
    private let condition = NSCondition()
    private var allowed = 0

    /// Allows further steps.
    func allow(_ steps: Int) {
        condition.withLock {
            allowed += steps
            condition.broadcast()
        }
    }

    /// Allows all steps from now on.
    func open() {
        allow(1 << 40)
    }

    func pass() {
        condition.withLock {
            while allowed == 0 { condition.wait() }
            allowed -= 1
        }
    }
}

/// The toy model behind a gate.
struct GatedRunner: ModelRunner {
    private var toy = ToyRunner()
    private let gate: StepGate?

    init(gate: StepGate?) {
        self.gate = gate
    }

    var vocabularySize: Int { toy.vocabularySize }

    mutating func run(_ plan: StepPlan) throws -> Logits {
        gate?.pass()
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
