extension Trace {
    /// Each request sent several times, as agents that branch do.
    ///
    /// - Parameters:
    ///   - copies: how often each request is sent, at least once.
    ///   - seconds: within which time after the request's arrival; the first copy comes at once.
    ///   - seed: equal seeds give equal traces.
    public func fannedOut(copies: Int, within seconds: Double, seed: UInt64) -> Trace {
        guard copies > 1 else { return self }
        var random = SplitMix64(seed: seed)
        var all: [TraceRequest] = []
        all.reserveCapacity(requests.count * copies)
        for request in requests {
            all.append(request)
            for _ in 1..<copies {
                var copy = request
                copy.arrival += Double.random(in: 0..<seconds, using: &random)
                all.append(copy)
            }
        }
        return Trace(requests: all, grain: grain)
    }
}

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
