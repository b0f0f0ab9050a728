/// What of the time to first token is not the engine's steps, in a cold burst whose answers have one token.
public struct ServerOverhead: Sendable, Equatable, Codable {
    /// Mean seconds to the first token as clients see it, from the scheduled arrival.
    public var clientSeconds: Double
    /// The same as the engine sees it, from a request's arrival in its queue.
    public var engineSeconds: Double
    /// Seconds of the engine's steps: forward passes, choosing, bookkeeping.
    public var stepSeconds: Double
    /// Seconds until the last client has its first token.
    public var spanSeconds: Double

    /// The share of the clients' time that passes outside of the engine: connecting, HTTP, JSON, tokenising, hand-over.
    public var outsideShare: Double { clientSeconds > 0 ? max(0, 1 - engineSeconds / clientSeconds) : 0 }

    /// The share of the whole run in which no step was running: all of the above that delays a step, and planning.
    public var betweenStepsShare: Double { spanSeconds > 0 ? max(0, 1 - stepSeconds / spanSeconds) : 0 }

    /// `nil` for a server without Kvasir's metrics.
    init?(_ run: LoadRun) {
        guard let steps = run.counted.stepSeconds, let sum = run.counted.engineFirstTokenSeconds,
            let count = run.counted.engineFirstTokens, count > 0, let client = run.timesToFirstToken.mean,
            let span = run.timesToFirstToken.max()
        else { return nil }
        clientSeconds = client
        engineSeconds = sum / count
        stepSeconds = steps
        spanSeconds = span
    }
}
