import KVCache
import Kvasir

/// A request's prompts in tokens, and what is to be done with them.
struct CompletionJob: Sendable {
    var prompts: [[TokenID]]
    var options: GenerationOptions
    var logprobs: Int?
    /// The request's field that the prompts came from, for errors.
    var field: String

    /// Starts a generation for each prompt: all of them, or none and an error.
    func start(on backend: GenerationBackend) throws(APIError) -> [GenerationHandle] {
        for (index, prompt) in prompts.enumerated() {
            let path = prompts.count == 1 ? field : "\(field)[\(index)]"
            if prompt.isEmpty {
                throw .invalid(path, "'\(path)' has no tokens", code: "invalid_value")
            }
            if prompt.count >= backend.contextLength {
                throw .promptTooLong(tokens: prompt.count, context: backend.contextLength, parameter: path)
            }
        }
        var handles: [GenerationHandle] = []
        do {
            for prompt in prompts {
                handles.append(try backend.generate(request(prompt)))
            }
        } catch {
            for handle in handles { handle.cancel(nil) }
            throw error
        }
        return handles
    }

    private func request(_ prompt: [TokenID]) -> GenerationRequest {
        GenerationRequest(
            prompt: prompt,
            sampling: options.sampling,
            maximumTokens: options.maximumTokens,
            samples: options.samples,
            ignoresEndOfGeneration: options.ignoresEndOfGeneration,
            cacheSalt: options.cacheSalt,
            topLogprobs: logprobs,
            priority: options.priority,
            timeout: options.timeout,
            retention: options.retention)
    }
}
