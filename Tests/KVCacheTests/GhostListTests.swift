import Testing

@testable import KVCache

@Suite("What is remembered of evicted blocks")
struct GhostListTests {
    private func ghost(_ number: UInt64, time: Int64 = 0) -> GhostList.Ghost {
        let hash = PathHash(rawValue: number &* 0x9e37_79b9_7f4a_7c15)
        return GhostList.Ghost(
            first: hash, check: TokenCheck(hash), tokens: 16, time: CacheInstant(milliseconds: time),
            priority: .standard,
            cause: .expired)
    }

    @Test("An entry takes 16 bytes and gives back what it was told")
    func entry() throws {
        var ghosts = GhostList(capacity: 1_000)
        let (capacity, bytes) = (ghosts.capacity, ghosts.bytes)
        #expect(capacity == 1_024 && bytes == 16 * 1_024)
        ghosts.insert(ghost(7, time: 123_456_789))
        let memory = ghosts.find(ghost(7).first)
        let found = try #require(memory)
        #expect(
            found.tokens == 16 && found.time.rawValue == 123_456_789 && found.priority == .standard
                && found.cause == .expired)
        #expect(found.mayHold(ghost(7).check) && !found.mayHold(ghost(8).check))
        let (once, twice) = (ghosts.remove(ghost(7).first), ghosts.remove(ghost(7).first))
        #expect(once != nil && twice == nil)
        let count = ghosts.count
        #expect(count == 0)
    }

    @Test("In a full set the oldest is forgotten, and one told again is young again")
    func oldest() {
        var ghosts = GhostList(capacity: 4)
        for number in UInt64(1)...4 { ghosts.insert(ghost(number)) }
        ghosts.insert(ghost(1))
        ghosts.insert(ghost(5))
        var known: [UInt64] = []
        for number in UInt64(1)...5 where ghosts.find(ghost(number).first) != nil { known.append(number) }
        #expect(known == [1, 3, 4, 5])
    }

    @Test("None are remembered where there is no room")
    func none() {
        var ghosts = GhostList(capacity: 0)
        ghosts.insert(ghost(1))
        let (count, capacity, found) = (ghosts.count, ghosts.capacity, ghosts.find(ghost(1).first))
        #expect(count == 0 && capacity == 0 && found == nil)
    }
}
