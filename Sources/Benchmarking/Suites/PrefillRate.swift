/// How fast a prompt alone was computed, cold, in one round.
public struct PrefillRate: Sendable, Equatable, Codable {
    public var server: String
    public var shortTokens: Int
    public var shortSeconds: Double
    public var longTokens: Int
    public var longSeconds: Double
    /// Whether the seconds are those of the engine's steps, without HTTP and all else; if not, they are times to first token.
    public var fromSteps: Bool

    public var tokensPerSecond: Double { longSeconds > 0 ? Double(longTokens) / longSeconds : 0 }

    var bound: PrefillBound {
        PrefillBound(short: (shortTokens, shortSeconds), long: (longTokens, longSeconds))
    }

    /// Measures a prompt of that many tokens, and one of half as many.
    static func measure(
        tokens: Int, on server: BenchmarkServer, source: inout PromptSource, client: HTTPClient
    ) async throws(BenchmarkError) -> PrefillRate {
        let short = max(1, tokens / 2)
        let (shortSeconds, _) = try await seconds(tokens: short, on: server, source: &source, client: client)
        let (longSeconds, fromSteps) = try await seconds(tokens: tokens, on: server, source: &source, client: client)
        return PrefillRate(
            server: server.name, shortTokens: short, shortSeconds: shortSeconds, longTokens: tokens,
            longSeconds: longSeconds, fromSteps: fromSteps)
    }

    private static func seconds(
        tokens: Int, on server: BenchmarkServer, source: inout PromptSource, client: HTTPClient
    ) async throws(BenchmarkError) -> (seconds: Double, fromSteps: Bool) {
        let plan = LoadPlan(requests: [.init(Visit(at: 0), source.single(tokens: tokens))], outputTokens: 1)
        let run = try await LoadRun.run(plan, on: server, client: client)
        if let steps = run.counted.stepSeconds { return (steps, true) }
        return (run.timesToFirstToken.first ?? 0, false)
    }
}
