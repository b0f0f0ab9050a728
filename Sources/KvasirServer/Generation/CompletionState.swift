import KVCache
import Kvasir

/// What is known of a request's choices while its generations run: events in, deltas out. Choice `k` is sample `k % samples` of prompt `k / samples`.
struct CompletionState: Sendable {
    /// What an event means for the answer.
    struct Step: Sendable {
        var choice: Int
        /// Whether this is the first that comes of the choice.
        var isFirst: Bool
        var delta: ChoiceDelta?
        /// Whether nothing more will be used of the prompt's generation.
        var isPromptDone: Bool
        /// The sample that a stop text ended, though its generation goes on.
        var stoppedSample: Int?
    }

    private struct PromptState {
        var tokenCount: Int
        var cachedTokens = 0
        var unfinished: Int
    }

    private let samples: Int
    private let bytes: @Sendable (TokenID, Bool) -> [UInt8]
    private var prompts: [PromptState]
    private var choices: [ChoiceAssembler]
    private var begun: [Bool]

    init(promptTokenCounts: [Int], options: GenerationOptions, backend: GenerationBackend) {
        samples = options.samples
        bytes = backend.bytes
        prompts = promptTokenCounts.map { PromptState(tokenCount: $0, unfinished: options.samples) }
        let count = prompts.count * options.samples
        choices = (0..<count).map { _ in
            ChoiceAssembler(text: backend.makeText(options.stops), returnsTokenIDs: options.returnsTokenIDs)
        }
        begun = Array(repeating: false, count: count)
    }

    var choiceCount: Int { choices.count }

    var isFinished: Bool { prompts.allSatisfy { $0.unfinished == 0 } }

    /// Tokens so far: each prompt counts once, and what it found in the cache is what its first sample found.
    var usage: Usage {
        Usage(
            promptTokens: prompts.reduce(0) { $0 + $1.tokenCount },
            completionTokens: choices.reduce(0) { $0 + $1.tokenCount },
            cachedTokens: prompts.reduce(0) { $0 + $1.cachedTokens })
    }

    /// Takes an event of a prompt's generation.
    ///
    /// - Returns: `nil` where it changes nothing for the client.
    mutating func take(_ event: GenerationEvent, prompt: Int) -> Step? {
        switch event {
        case .prompt(let sample, let usage):
            if sample == 0 {
                prompts[prompt].cachedTokens = usage.cached
            }
            return nil
        case .token(let sample, let token):
            guard let choice = choice(of: sample, prompt: prompt), !choices[choice].isFinished else { return nil }
            let delta = choices[choice].append(token, bytes: bytes)
            let stoppedSample = choices[choice].isFinished ? sample : nil
            return step(choice, prompt: prompt, delta: delta, stoppedSample: stoppedSample)
        case .finished(let sample, let reason):
            guard let choice = choice(of: sample, prompt: prompt), !choices[choice].isFinished else { return nil }
            return step(choice, prompt: prompt, delta: choices[choice].finish(reason))
        }
    }

    private func choice(of sample: Int, prompt: Int) -> Int? {
        sample < samples ? prompt * samples + sample : nil
    }

    private mutating func step(
        _ choice: Int, prompt: Int, delta: ChoiceDelta?, stoppedSample: Int? = nil
    ) -> Step {
        let isFirst = !begun[choice]
        begun[choice] = true
        if choices[choice].isFinished {
            prompts[prompt].unfinished -= 1
        }
        return Step(
            choice: choice, isFirst: isFirst, delta: delta, isPromptDone: prompts[prompt].unfinished == 0,
            stoppedSample: stoppedSample)
    }
}
