/// Decides which of the nodes that may go, goes first.
///
/// The cache asks when a node comes to have no lease and no resident child; nodes above it are not asked about before it is
/// gone. Dependants go before sources whatever a policy answers.
public protocol EvictionPolicy: Sendable {
    /// The lower, the sooner the node goes.
    func rank(of candidate: EvictionCandidate) -> UInt64
}

/// What a policy may know of a node.
public struct EvictionCandidate: Sendable {
    /// When a path through the node last ended, in the cache's logical time: it grows by one with each path that ends.
    public var lastUse: UInt64
}

/// Evicts what was used longest ago.
public struct LRU: EvictionPolicy {
    public init() {}

    public func rank(of candidate: EvictionCandidate) -> UInt64 { candidate.lastUse }
}
