/// Why the cache refused; whatever was asked left no trace.
public enum KVCacheError: Error, Equatable, Sendable {
    /// A path has at least one token.
    case emptyPath
    /// More blocks are needed than are empty or could be evicted.
    case poolExhausted(needed: Int, available: Int)
    /// What was asked to be kept makes no sense; says why.
    case invalidRetention(String)
    /// More blocks would be pinned than the namespace may pin.
    case pinBudgetExceeded(needed: Int, budget: Int)
}

extension KVCacheError {
    /// A name for programs.
    public var code: String {
        switch self {
        case .emptyPath: "empty_path"
        case .poolExhausted: "pool_exhausted"
        case .invalidRetention: "invalid_retention"
        case .pinBudgetExceeded: "pin_budget_exceeded"
        }
    }
}

extension KVCacheError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyPath:
            "a path needs at least one token"
        case .poolExhausted(let needed, let available):
            "\(needed) blocks are needed and \(available) can be had: no free block, all others are in use"
        case .invalidRetention(let reason):
            "invalid retention: \(reason)"
        case .pinBudgetExceeded(let needed, let budget):
            "\(needed) blocks would be pinned and the namespace may pin \(budget)"
        }
    }
}
