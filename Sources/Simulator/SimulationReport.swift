/// What a replay brought. Equal replays give equal reports, byte for byte.
public struct SimulationReport: Sendable, Equatable {
    /// Requests of the trace that could run.
    public var requests = 0
    /// Requests whose prompt does not fit into the cache.
    public var rejected = 0
    /// Requests whose answer outgrew the cache.
    public var truncated = 0
    /// Tokens of the prompts that could run.
    public var promptTokens = 0
    /// Prompt tokens whose keys and values were written, each time.
    public var computedTokens = 0
    /// Prompt tokens that any cache must compute: each distinct prefix once, counted apart from the cache.
    public var distinctTokens = 0
    /// Prompt tokens that were ready when their request was admitted.
    public var reusedReady = 0
    /// Prompt tokens that others computed while the request was running.
    public var reusedInFlight = 0
    /// Last tokens of prompts of which everything was there and only the logits were computed.
    public var logitsOnly = 0
    public var generatedTokens = 0
    public var preemptions = 0
    public var evictedBlocks = 0
    public var steps = 0
    /// Seconds until the last request ended.
    public var duration = 0.0
    /// From a request's arrival to its first token, in seconds.
    public var ttft = LatencySummary()
    /// Between two tokens of a request, in seconds, within 1 %.
    public var itl = LatencySummary()

    /// How often what had to be computed was computed, on average; 1 is the least.
    public var redundancy: Double { distinctTokens == 0 ? 1 : Double(computedTokens) / Double(distinctTokens) }

    /// The share of prompt tokens whose keys and values a request did not have to compute at first.
    public var hitRate: Double {
        promptTokens == 0 ? 0 : Double(reusedReady + reusedInFlight + logitsOnly) / Double(promptTokens)
    }

    /// The hit rate that unlimited memory and perfect sharing give.
    public var possibleHitRate: Double {
        promptTokens == 0 ? 0 : Double(promptTokens - distinctTokens) / Double(promptTokens)
    }

    /// Generated tokens a second.
    public var tokensPerSecond: Double { duration == 0 ? 0 : Double(generatedTokens) / duration }
}
