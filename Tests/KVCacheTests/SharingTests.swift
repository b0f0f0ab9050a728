import Testing

@testable import KVCache

@Suite("Sharing")
struct SharingTests {
    private func tokens(_ range: ClosedRange<Int32>) -> [TokenID] { range.map { TokenID($0) } }

    @Test("Paths that part in the middle of a block share it up to there", arguments: [2, 3, 5, 16, 64, 128])
    func attachOffsets(tokensPerBlock: Int) throws {
        for parting in Int32(1)...40 {
            let cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: 100)
            var first = try cache.admit(tokens(0...40))
            var slots: [KVSlot] = []
            _ = first.claim(atMost: 41, slots: &slots)
            cache.commitStep()
            var second = try cache.admit(tokens(0...parting - 1) + [900, 901])
            #expect(second.reusedTokens == Int(parting))
            #expect(second.claim(atMost: 10, slots: &slots) == Int(parting)..<Int(parting) + 2)
            cache.commitStep()
            #expect(cache.peek(tokens(0...40)) == 40, "the donor is whole")
        }
    }

    @Test("In one step a path rides on what another claims, and takes over where that one is cancelled")
    func sameStepAndTakeOver() throws {
        let cache = KVCache(tokensPerBlock: 16, blocks: 100)
        var leader = try cache.admit(tokens(0...99) + [500])
        var follower = try cache.admit(tokens(0...99) + [600])
        var slots: [KVSlot] = []
        #expect(leader.claim(atMost: 64, slots: &slots) == 0..<64)
        #expect(follower.claim(atMost: 10, slots: &slots) == 64..<74)
        cache.commitStep()
        leader.release()
        #expect(follower.computedCount() == 74)
        #expect(follower.claim(atMost: 1_000, slots: &slots) == 74..<101)
        cache.commitStep()
        #expect(follower.computedCount() == 101)
        #expect(slots.count == 101)
    }

    @Test(
        "Salt, adapter and model keep apart",
        arguments: [
            CacheNamespace(salt: "a"), CacheNamespace(salt: ""), CacheNamespace(adapter: "a"),
            CacheNamespace(model: "a"),
        ])
    func namespaces(other: CacheNamespace) throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 100)
        var lease = try cache.admit(tokens(0...9))
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: 10, slots: &slots)
        cache.commitStep()
        #expect(cache.peek(tokens(0...9)) == 9)
        #expect(cache.peek(tokens(0...9), in: other) == 0)
        let separate = try cache.admit(tokens(0...9), in: other)
        #expect(separate.reusedTokens == 0 && separate.pendingTokens == 0)
        #expect(cache.statistics.leased == 6)
    }

    @Test("A path that ends during a step keeps its slots until the step's end")
    func releaseDuringStep() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 2)
        var lease = try cache.admit(tokens(0...7))
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: 8, slots: &slots)
        lease.release()
        #expect(cache.statistics.leased == 2)
        cache.commitStep()
        #expect(cache.statistics.cached == 2)
    }

    @Test("Without an event block there are no events")
    func noEvents() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 4)
        var lease = try cache.admit(tokens(0...7))
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: 8, slots: &slots)
        cache.commitStep()
        lease.release()
        cache.reset()
        #expect(cache.drainEvents().isEmpty && cache.eventSnapshot().stored.isEmpty)
    }

    @Test("An empty prompt is refused")
    func emptyPrompt() {
        #expect(throws: KVCacheError.emptyPath) { try KVCache(tokensPerBlock: 4, blocks: 1).admit([]).release() }
    }

    @Test("Generated tokens follow a long cached path, each alone and all together", arguments: [2, 3, 16])
    func followed(size: Int) throws {
        let cache = KVCache(tokensPerBlock: size, blocks: 400 / size + 8)
        let path = tokens(0...299)
        do {
            let first = try LivePath(cache, path, in: CacheNamespace())
            var slots: [KVSlot] = []
            _ = first.lease.claim(atMost: 300, slots: &slots)
            cache.commitStep()
        }
        var followers = [10, 50, 51].map {
            (count: $0, path: try? LivePath(cache, Array(path[..<$0]), in: CacheNamespace()))
        }
        for step in 0..<120 {
            for follower in followers { try follower.path?.lease.append(path[follower.count + step]) }
            #expect(cache.tree.violations().isEmpty)
        }
        for follower in followers { #expect(follower.path?.lease.computedCount() == follower.count + 120) }
        while !followers.isEmpty {
            followers.removeFirst()
            #expect(cache.tree.violations().isEmpty)
        }
        #expect(cache.statistics.leased == 0 && cache.peek(path + [-1]) == 300)
    }
}
