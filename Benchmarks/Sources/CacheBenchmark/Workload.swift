import KVCache

/// Prompts and what is done with them.
struct Workload {
    let cache: KVCache
    private var slots: [KVSlot] = []

    init(tokensPerBlock: Int, blocks: Int) {
        cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: blocks)
        slots.reserveCapacity(1 << 16)
    }

    /// Tokens that no other number's prompt begins with.
    static func prompt(_ number: Int, tokens: Int) -> [TokenID] {
        var state = UInt64(number) &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<tokens).map { position in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return position == 0 ? TokenID(Int32(number)) : TokenID(Int32(truncatingIfNeeded: state >> 33) & 0xffff)
        }
    }

    /// Match, admit, claim everything, commit, release.
    mutating func use(_ prompt: [TokenID], _ retention: Retention = .none) {
        slots.removeAll(keepingCapacity: true)
        do {
            var lease = try cache.admit(prompt, retention: retention)
            _ = lease.claim(atMost: prompt.count, slots: &slots)
            cache.commitStep()
            lease.release()
        } catch {
            print("does not fit: \(error)")
        }
    }
}
