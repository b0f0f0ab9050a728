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
    /// How urgent the request is against others: 0 for most, less for the more urgent, more for what can wait, as vLLM counts. A
    /// unit of waiting counts twice as much for each step down, from −10 to 10; beyond that nothing more is gained or lost.
    public var priority: Int
    /// How long the request may take from its arrival to its end, in the queue or out of it; above 0, at most `maximumTimeout`. Then
    /// it ends with `EngineError.Code.timedOut`.
    public var timeout: Duration?
    /// What the cache is to keep of the prompt and of the answers.
    public var retention: Retention

    /// The longest timeout that a request may have: a million seconds.
    public static let maximumTimeout = Duration.seconds(1_000_000)

    public init(
        prompt: [TokenID],
        sampling: SamplingParameters = SamplingParameters(),
        maximumTokens: Int? = nil,
        samples: Int = 1,
        ignoresEndOfGeneration: Bool = false,
        cacheSalt: String? = nil,
        topLogprobs: Int? = nil,
        priority: Int = 0,
        timeout: Duration? = nil,
        retention: Retention = .none
    ) {
        self.prompt = prompt
        self.sampling = sampling
        self.maximumTokens = maximumTokens
        self.samples = samples
        self.ignoresEndOfGeneration = ignoresEndOfGeneration
        self.cacheSalt = cacheSalt
        self.topLogprobs = topLogprobs
        self.priority = priority
        self.timeout = timeout
        self.retention = retention
    }

    /// What a unit of waiting counts: 2 to the power of −`priority`, within bounds.
    var weight: Double {
        let doublings = -min(max(priority, -10), 10)
        return doublings < 0 ? 1 / Double(1 << -doublings) : Double(1 << doublings)
    }
}
