public import KVCache

/// A prompt to be continued.
public struct SequenceRequest: Sendable {
    /// At least one token.
    public var prompt: [TokenID]
    /// With whom the sequence may share, and who shares out with others by weight (`SchedulingPolicy.shares`).
    public var namespace: CacheNamespace
    /// How many tokens may be generated; at least 1.
    public var maximumTokens: Int
    /// Tokens that end the sequence; they do not become part of it.
    public var endTokens: Set<TokenID>
    /// How much a unit of its waiting counts against that of others; above 0.
    public var weight: Double
    /// When it ends at the latest, finished or not, on the clock of `Scheduler.expire`; `nil` for never.
    public var deadline: CacheInstant?
    /// What the cache is to keep of the prompt and of what is generated.
    public var retention: Retention

    public init(
        prompt: [TokenID], namespace: CacheNamespace = CacheNamespace(), maximumTokens: Int,
        endTokens: Set<TokenID> = [], weight: Double = 1, deadline: CacheInstant? = nil, retention: Retention = .none
    ) {
        self.prompt = prompt
        self.namespace = namespace
        self.maximumTokens = maximumTokens
        self.endTokens = endTokens
        self.weight = weight
        self.deadline = deadline
        self.retention = retention
    }
}
