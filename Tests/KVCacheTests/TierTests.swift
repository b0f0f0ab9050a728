import KVCache
import Testing

@Suite("The slower tier")
struct TierTests {
    /// Notes what it is asked to move.
    private final class Recorder: TierStorage {
        enum Move: Equatable {
            case offload(Int, to: Int, Range<Int>)
            case onboard(Int, to: Int, Range<Int>)
        }

        var moves: [Move] = []

        func offload(_ block: Int, to slowBlock: Int, slots: Range<Int>) {
            moves.append(.offload(block, to: slowBlock, slots))
        }

        func onboard(_ slowBlock: Int, to block: Int, slots: Range<Int>) {
            moves.append(.onboard(slowBlock, to: block, slots))
        }
    }

    private func tokens(_ range: ClosedRange<Int32>) -> [TokenID] { range.map { TokenID($0) } }

    private func use(_ tokens: [TokenID], _ cache: KVCache) throws {
        var lease = try cache.admit(tokens)
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: tokens.count, slots: &slots)
        cache.commitStep()
    }

    @Test("Moves are told in order, with the slots that hold something, and each block has one place")
    func moves() throws {
        let recorder = Recorder()
        let cache = KVCache(tokensPerBlock: 4, blocks: 2, slowTier: SlowTier(blocks: 2, storage: recorder))
        try use(tokens(0...5), cache)
        try use(tokens(10...13), cache)
        #expect(recorder.moves == [.offload(1, to: 0, 0..<2)], "the end of the path that was used longest ago")
        recorder.moves = []
        let lease = try cache.admit(tokens(0...6))
        #expect(lease.reusedTokens == 6 && lease.reusedSlowTokens == 2)
        #expect(recorder.moves == [.offload(1, to: 1, 0..<4), .onboard(0, to: 1, 0..<2)])
        #expect(cache.slowTierBlocks == (total: 2, used: 1))
        #expect(cache.namespaceStatistics().map(\.slowBlocks) == [1])
        #expect(cache.totals.offloadedBlocks == 2 && cache.totals.onboardedBlocks == 1)
        #expect(cache.totals.evictedBlocks == 0)
    }

    @Test("What has to come back is counted with what a request needs, and a refused one moves nothing")
    func refused() throws {
        let recorder = Recorder()
        let cache = KVCache(tokensPerBlock: 4, blocks: 3, slowTier: SlowTier(blocks: 4, storage: recorder))
        try use(tokens(0...7), cache)
        try use(tokens(10...21), cache)
        #expect(recorder.moves.count == 2 && cache.peek(tokens(0...8)) == 8)
        recorder.moves = []
        let before = cache.statistics
        #expect(throws: KVCacheError.poolExhausted(needed: 4, available: 3)) {
            try cache.admit(self.tokens(0...7) + self.tokens(90...97)).release()
        }
        #expect(recorder.moves.isEmpty && cache.statistics == before)
        let held = try cache.admit(tokens(10...21))
        #expect(throws: KVCacheError.poolExhausted(needed: 2, available: 0)) {
            try cache.admit(self.tokens(0...7)).release()
        }
        #expect(throws: KVCacheError.poolExhausted(needed: 2, available: 0)) { try cache.pin(self.tokens(0...7)) }
        #expect(recorder.moves.isEmpty)
        held.release()
    }

    @Test("A path that grows into the slower tier brings it back, or is refused and stays as it is")
    func growth() throws {
        let cache = KVCache(tokensPerBlock: 2, blocks: 2, slowTier: SlowTier(blocks: 2))
        try use(tokens(0...3), cache)
        try use(tokens(10...11), cache)
        #expect(cache.slowTierBlocks.used == 1)
        var path = try cache.admit(tokens(0...1))
        let other = try cache.admit(tokens(10...11))
        #expect(throws: KVCacheError.poolExhausted(needed: 1, available: 0)) { try path.append(TokenID(2)) }
        #expect(path.count == 2 && cache.slowTierBlocks.used == 1)
        other.release()
        try path.append(TokenID(2))
        #expect(path.count == 3 && path.computedCount() == 3)
        #expect(cache.peek(tokens(10...11) + [TokenID(0)]) == 2, "it went to the slower tier instead")
    }
}
