/// Evicts what was used longest ago, but what was used more than once gets further lifetimes.
///
/// A lifetime is how long what was evicted lately had lain unused, a moving average, so that it follows the cache's size and load
/// by itself; before the first eviction it is the cache's age. A scan, prompts that never come back, thus pushes out what is
/// reused only if it is as long as several caches; and what is reused no more goes in time. The idea of further chances by a small
/// counter is CLOCK's (Corbató, 1968) and S3-FIFO's (Yang et al., 2023).
public struct SecondChanceLRU: EvictionPolicy {
    /// How many lifetimes each further use is worth, up to three of them.
    private let lifetimes: UInt64
    /// How long the victims had lain unused, times 16; 0 before there was one.
    private var lifetime16: UInt64 = 0

    /// - Parameter lifetimes: how many lifetimes each further use is worth, up to three uses; 1 to 1,000.
    public init(lifetimes: Int = 8) {
        self.lifetimes = UInt64(min(max(lifetimes, 1), 1_000))
    }

    public func rank(of candidate: EvictionCandidate) -> UInt64 {
        let chances = UInt64(min(max(candidate.uses - 1, 0), 3)) * lifetimes
        return candidate.lastUse &+ chances &* (lifetime16 == 0 ? candidate.now &+ 1 : lifetime16 / 16 &+ 1)
    }

    public mutating func evicted(_ candidate: EvictionCandidate) {
        let age = candidate.now &- candidate.lastUse
        lifetime16 = lifetime16 == 0 ? age &* 16 : lifetime16 &+ age &- lifetime16 / 16
    }
}
