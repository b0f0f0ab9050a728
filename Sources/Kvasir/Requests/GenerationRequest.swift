public import KVCache

/// What to generate: a prompt in tokens, and when and how to go on from it.
public struct GenerationRequest: Sendable {
    /// The prompt; at least one token, each in the model's vocabulary, fewer than the context holds.
    public var prompt: [TokenID]
    /// How tokens are chosen.
    public var sampling: SamplingParameters
    /// How many tokens to generate at most, in each sample; `nil` is as many as the context has room for.
    public var maximumTokens: Int?
    /// How many continuations to generate. The prompt is computed once for all of them.
    public var samples: Int
    /// Whether to go on past the tokens that end a generation.
    public var ignoresEndOfGeneration: Bool
    /// Requests share cached tokens only with requests of an equal salt.
    public var cacheSalt: String?
    /// How many alternatives to report with each token, its own log-probability included; `nil` reports none of that.
    public var topLogprobs: Int?

    public init(
        prompt: [TokenID],
        sampling: SamplingParameters = SamplingParameters(),
        maximumTokens: Int? = nil,
        samples: Int = 1,
        ignoresEndOfGeneration: Bool = false,
        cacheSalt: String? = nil,
        topLogprobs: Int? = nil
    ) {
        self.prompt = prompt
        self.sampling = sampling
        self.maximumTokens = maximumTokens
        self.samples = samples
        self.ignoresEndOfGeneration = ignoresEndOfGeneration
        self.cacheSalt = cacheSalt
        self.topLogprobs = topLogprobs
    }
}
