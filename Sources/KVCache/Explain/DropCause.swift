/// Why something is in the cache no more.
public enum DropCause: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// It was evicted to make room: nothing in use hung on it, its priority was the lowest, and the policy chose it.
    case evicted
    /// It was evicted, after the priority it had been given had ended.
    case expired
    /// Its path was cut back.
    case truncated
    /// Its namespace, or the cache, was reset.
    case reset
}
