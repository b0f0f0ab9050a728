public import KVCache

/// What was done for the sequences of one namespace, of those that `SchedulingPolicy.shares` names.
public struct TenantCounters: Sendable, Equatable {
    public let namespace: CacheNamespace
    public internal(set) var promptTokens = PromptTokenCounters()
    /// Tokens generated.
    public internal(set) var generatedTokens = 0
    /// Sequences that have a path in the cache now.
    public internal(set) var running = 0
    /// Sequences that wait now.
    public internal(set) var waiting = 0

    init(_ namespace: CacheNamespace) {
        self.namespace = namespace
    }
}
