import KVCache

/// When requests may use what others compute: the cache's modes, and one that other systems have.
public enum SimulatedReuse: String, Sendable, CaseIterable {
    /// At once.
    case early
    /// When the prompt of the request that computed it is computed wholly. For comparison: Kvasir itself does not work so.
    case afterPrefill = "after-prefill"
    /// When the request that computed it ends.
    case completed
    /// Never.
    case off

    var mode: ReuseMode {
        switch self {
        case .early: .early
        case .afterPrefill, .completed: .completed
        case .off: .off
        }
    }
}
