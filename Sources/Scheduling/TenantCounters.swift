public import KVCache

/// What was done for the sequences of one namespace, of those that `SchedulingPolicy.shares` names.
///
/// At any moment `promptTokens == reusedReady + reusedInFlight + computed + logitsOnly`.
public struct TenantCounters: Sendable, Equatable {
    public let namespace: CacheNamespace
    /// Prompt tokens whose keys and values are there now, and how they came there.
    public internal(set) var promptTokens = 0
    public internal(set) var reusedReady = 0
    public internal(set) var reusedInFlight = 0
    public internal(set) var computed = 0
    public internal(set) var logitsOnly = 0
    /// Tokens generated.
    public internal(set) var generatedTokens = 0
    /// Sequences that have a path in the cache now.
    public internal(set) var running = 0
    /// Sequences that wait now.
    public internal(set) var waiting = 0

    init(_ namespace: CacheNamespace) {
        self.namespace = namespace
    }

    /// Counts what was attributed to a prompt between two states of its account.
    mutating func count(from before: PromptAccount, to after: PromptAccount) {
        promptTokens += before.unattributed - after.unattributed
        reusedReady += after.reusedReady - before.reusedReady
        reusedInFlight += after.reusedInFlight - before.reusedInFlight
        computed += after.computed - before.computed
        logitsOnly += after.logitsOnly - before.logitsOnly
    }
}
