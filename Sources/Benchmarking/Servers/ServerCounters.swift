/// What a server says it has done, by its metrics. Two of them, taken before and after, tell what a run took.
public struct ServerCounters: Sendable, Equatable {
    /// Prompt tokens whose keys and values were computed, by Kvasir's, vLLM's or llama.cpp's metrics.
    public var computedTokens: Double?
    /// Seconds that steps took, and how many there were. Kvasir's alone.
    public var stepSeconds: Double?
    public var steps: Double?
    /// Seconds from requests' arrival in the engine to their first tokens, and how many there were. Kvasir's alone.
    public var engineFirstTokenSeconds: Double?
    public var engineFirstTokens: Double?
    /// Tokens whose keys and values were computed, of prompts and answers. Kvasir's alone.
    public var allComputedTokens: Double?
    /// Blocks with content. Kvasir's alone.
    public var blocksHeld: Double?

    public init(_ page: MetricsText) {
        if let computed = page.total("kvasir_prompt_tokens_computed_total") {
            computedTokens = computed
        } else if let looked = page.total("vllm:prefix_cache_queries_total"),
            let found = page.total("vllm:prefix_cache_hits_total")
        {
            computedTokens = looked - found
        } else {
            computedTokens = page.total("llamacpp:prompt_tokens_total")
        }
        stepSeconds = page["kvasir_step_duration_seconds_sum"]
        steps = page["kvasir_step_duration_seconds_count"]
        engineFirstTokenSeconds = page["kvasir_time_to_first_token_seconds_sum"]
        engineFirstTokens = page["kvasir_time_to_first_token_seconds_count"]
        allComputedTokens = page["kvasir_computed_tokens_total"]
        if let cached = page[#"kvasir_kv_blocks{state="cached"}"#],
            let leased = page[#"kvasir_kv_blocks{state="leased"}"#]
        {
            blocksHeld = cached + leased
        }
    }

    /// What happened between two readings; a gauge is the difference too.
    public static func - (after: ServerCounters, before: ServerCounters) -> ServerCounters {
        var difference = after
        func subtract(_ field: WritableKeyPath<ServerCounters, Double?>) {
            difference[keyPath: field] =
                after[keyPath: field].flatMap { end in before[keyPath: field].map { end - $0 } }
        }
        subtract(\.computedTokens)
        subtract(\.stepSeconds)
        subtract(\.steps)
        subtract(\.engineFirstTokenSeconds)
        subtract(\.engineFirstTokens)
        subtract(\.allComputedTokens)
        subtract(\.blocksHeld)
        return difference
    }

    /// Reads a server's metrics. A server without them has no counters.
    static func read(_ server: BenchmarkServer, client: HTTPClient) async -> ServerCounters {
        guard let answer = try? await client.send(.get("/metrics"), to: server.endpoint), answer.status == 200 else {
            return ServerCounters(MetricsText(""))
        }
        return ServerCounters(MetricsText(answer.text))
    }
}
