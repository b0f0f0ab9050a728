public import KVCache
public import Scheduling

/// What an engine has done since its start, and what it holds now.
public struct EngineStatistics: Sendable {
    /// Prompt and generated tokens, steps, preemptions. The prompt of a request with n samples counts n times: each sample is
    /// a path of its own, n − 1 of which reuse.
    public var scheduler = SchedulerCounters()
    /// The blocks of keys and values.
    public var cache: KVCacheStatistics
    /// What of all this is due to those whom the configuration names, by salt.
    public var tenants: [TenantStatistics] = []
    /// Sequences (samples) that run now.
    public var running = 0
    /// Sequences (samples) that wait for admission now.
    public var waiting = 0
    /// Sequences that ended, by why they did.
    public var finishedByStop = 0
    public var finishedByLength = 0
    public var cancelled = 0
    public var failed = 0
    /// Those that reached their request's timeout.
    public var timedOut = 0
    /// Requests that were refused because the queue was full.
    public var rejected = 0
    /// Time from a request's arrival to each sample's first token, in seconds.
    public var timeToFirstToken = Histogram(
        bounds: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160])
    /// Time between two tokens of a sample, in seconds.
    public var interTokenLatency = Histogram(
        bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10])
    /// Time of each step, in seconds.
    public var stepDuration = Histogram(
        bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])

    init(cache: KVCacheStatistics) {
        self.cache = cache
    }
}
