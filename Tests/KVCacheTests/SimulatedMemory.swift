import KVCache

/// Stands for the memory behind the cache: each slot holds what its keys and values would depend on, the whole prefix.
///
/// If a path's computed position does not find its own prefix in its slot, then something was shared, moved or handed out
/// that must not have been.
final class SimulatedMemory: TierStorage {
    private let tokensPerBlock: Int
    private var slots: [Int32: UInt64] = [:]
    private var slowSlots: [Int: UInt64] = [:]
    private var staged: [(slot: KVSlot, fingerprint: UInt64)] = []

    init(tokensPerBlock: Int) {
        self.tokensPerBlock = tokensPerBlock
    }

    func offload(_ block: Int, to slowBlock: Int, slots range: Range<Int>) {
        for slot in range {
            slowSlots[slowBlock * tokensPerBlock + slot] = slots[Int32(block * tokensPerBlock + slot)]
            slots[Int32(block * tokensPerBlock + slot)] = nil
        }
    }

    func onboard(_ slowBlock: Int, to block: Int, slots range: Range<Int>) {
        for slot in range {
            slots[Int32(block * tokensPerBlock + slot)] = slowSlots.removeValue(
                forKey: slowBlock * tokensPerBlock + slot)
        }
    }

    /// A number for each prefix of the tokens in a namespace: element i stands for the first i + 1 tokens.
    static func fingerprints(of tokens: [TokenID], in namespace: CacheNamespace) -> [UInt64] {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in (namespace.salt ?? "-").utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        return tokens.map { token in
            hash = (hash ^ UInt64(UInt32(bitPattern: token.rawValue)) &+ 1) &* 1_099_511_628_211
            return hash
        }
    }

    /// Keeps for the step's end what is to stand in a slot.
    func stage(_ fingerprint: UInt64, in slot: KVSlot) {
        staged.append((slot, fingerprint))
    }

    /// Writes the step's slots: what belongs there, or, after a failure, nonsense.
    func endStep(succeeded: Bool) {
        for write in staged { slots[write.slot.rawValue] = succeeded ? write.fingerprint : 0 }
        staged.removeAll()
    }

    /// The contents of the first slots of some segments.
    func read(_ segments: [KVSegment]) -> [UInt64?] {
        segments.flatMap { segment in
            (0..<segment.count).map { slots[segment.slot.rawValue + $0] }
        }
    }
}
