/// Evicts what was used longest ago, but what was used more than once gets up to three further lifetimes.
///
/// A lifetime is how long what was evicted lately had lain unused, a moving average, so that it follows the cache's size and load
/// by itself. A scan, prompts that never come back, thus cannot push out what is reused; and what was reused once, long ago,
/// goes in time. The idea of further chances by a small counter is CLOCK's (Corbató, 1968) and S3-FIFO's (Yang et al., 2023).
public struct SecondChanceLRU: EvictionPolicy {
    /// How long the victims had lain unused, times 16.
    private var lifetime16: UInt64 = 0

    public init() {}

    public func rank(of candidate: EvictionCandidate) -> UInt64 {
        let chances = UInt64(min(max(candidate.uses - 1, 0), 3))
        return candidate.lastUse &+ chances &* (lifetime16 / 16 &+ 1)
    }

    public mutating func evicted(_ candidate: EvictionCandidate) {
        let age = candidate.now &- candidate.lastUse
        lifetime16 = lifetime16 &+ age &- lifetime16 / 16
    }
}
