/// Decides which of the nodes that may go, and have the same retention priority, goes first.
///
/// A policy is a value: the cache owns its copy and tells it what happens. The cache asks for a rank when a node comes to have
/// no lease and no resident child; nodes above it are not asked about before it is gone. Dependants go before sources
/// whatever a policy answers. Equal calls must give equal answers.
public protocol EvictionPolicy: Sendable {
    /// The lower, the sooner the node goes.
    mutating func rank(of candidate: EvictionCandidate) -> UInt64

    /// The node was evicted.
    mutating func evicted(_ candidate: EvictionCandidate)
}

extension EvictionPolicy {
    public mutating func evicted(_ candidate: EvictionCandidate) {}
}
