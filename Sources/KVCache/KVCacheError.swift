/// Why the cache refused; whatever was asked left no trace.
public enum KVCacheError: Error, Equatable, Sendable {
    /// A path has at least one token.
    case emptyPath
    /// More blocks are needed than are empty or could be evicted.
    case poolExhausted(needed: Int, available: Int)
}

extension KVCacheError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyPath:
            "a path needs at least one token"
        case .poolExhausted(let needed, let available):
            "\(needed) blocks are needed and \(available) can be had: all others are in use"
        }
    }
}
