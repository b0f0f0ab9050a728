/// Random numbers addressed by (seed, sample, token): a draw depends on nothing else, so neither a neighbour in the batch nor a
/// preemption changes it.
///
/// The mixing function is SplitMix64's (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
struct SampleStream {
    private let key: UInt64

    init(seed: UInt64, sample: Int) {
        key = Self.mix(Self.mix(seed) &+ UInt64(truncatingIfNeeded: sample))
    }

    /// The number for a sample's `index`-th token: at least 0 and less than 1.
    func uniform(at index: Int) -> Double {
        Double(Self.mix(key &+ UInt64(truncatingIfNeeded: index)) >> 11) * 0x1p-53
    }

    private static func mix(_ input: UInt64) -> UInt64 {
        var value = input &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
