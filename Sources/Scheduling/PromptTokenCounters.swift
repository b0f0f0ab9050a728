/// Prompt tokens whose keys and values are there now, and how they came there.
///
/// At any moment `all == reusedReady + reusedInFlight + computed + logitsOnly`. What the parts mean is said at `PromptAccount`.
public struct PromptTokenCounters: Sendable, Equatable {
    public internal(set) var all = 0
    public internal(set) var reusedReady = 0
    public internal(set) var reusedInFlight = 0
    public internal(set) var computed = 0
    public internal(set) var logitsOnly = 0

    /// Counts what was attributed to a prompt between two states of its account.
    mutating func count(from before: PromptAccount, to after: PromptAccount) {
        all += before.unattributed - after.unattributed
        reusedReady += after.reusedReady - before.reusedReady
        reusedInFlight += after.reusedInFlight - before.reusedInFlight
        computed += after.computed - before.computed
        logitsOnly += after.logitsOnly - before.logitsOnly
    }
}
