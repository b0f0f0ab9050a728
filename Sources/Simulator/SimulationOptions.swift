public import KVCache
public import Scheduling

/// How a trace is replayed.
public struct SimulationOptions: Sendable {
    public var reuse = SimulatedReuse.early
    public var policy: any EvictionPolicy = LRU()
    /// Tokens that the KV cache has room for; `nil` for as many as the trace needs.
    public var kvTokens: Int?
    public var tokensPerBlock = 16
    public var limits = SchedulerLimits(maximumBatchTokens: 2_048, maximumSequences: 256)
    public var scheduling = SchedulingPolicy()
    public var cost = StepCost()

    public init() {}
}
