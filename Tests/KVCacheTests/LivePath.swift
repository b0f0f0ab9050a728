import KVCache

/// A lease with the tokens it stands for: what a scheduler keeps of a sequence, and no more.
final class LivePath {
    var lease: PathLease
    var tokens: [TokenID]
    let namespace: CacheNamespace

    init(_ cache: KVCache, _ tokens: [TokenID], in namespace: CacheNamespace) throws(KVCacheError) {
        lease = try cache.admit(tokens, in: namespace)
        self.tokens = tokens
        self.namespace = namespace
    }

    /// Claims tokens, as a step would, and leaves to the memory what to write where. Returns the claimed positions.
    func claim(atMost limit: Int, into memory: SimulatedMemory) -> Range<Int> {
        var slots: [KVSlot] = []
        let rows = lease.claim(atMost: limit, slots: &slots)
        let fingerprints = SimulatedMemory.fingerprints(of: tokens, in: namespace)
        for (row, slot) in zip(rows, slots) { memory.stage(fingerprints[row], in: slot) }
        return rows
    }

    /// Whether all computed positions find their own prefix in their slots.
    func isIntact(in memory: SimulatedMemory) -> Bool {
        let computed = lease.computedCount()
        var segments: [KVSegment] = []
        lease.appendSegments(upTo: computed, to: &segments)
        return memory.read(segments) == SimulatedMemory.fingerprints(of: Array(tokens[..<computed]), in: namespace)
    }
}
