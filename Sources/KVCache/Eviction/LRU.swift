/// Evicts what was used longest ago.
public struct LRU: EvictionPolicy {
    public init() {}

    public func rank(of candidate: EvictionCandidate) -> UInt64 { candidate.lastUse }
}
