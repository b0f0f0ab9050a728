import TestSupport
import Testing

@testable import KVCache

@Suite("Empty blocks")
struct BlockPoolTests {
    private func take(_ count: Int, from pool: inout BlockPool) -> [Int32] {
        let blocks = UnsafeMutablePointer<BlockID>.allocate(capacity: count + 1)
        defer { blocks.deallocate() }
        pool.take(count, into: blocks)
        return (0..<count).map { blocks[$0].rawValue }
    }

    private func give(_ blocks: [Int32], to pool: inout BlockPool) {
        let ids = blocks.map { BlockID($0) }
        ids.withUnsafeBufferPointer { pool.give($0) }
    }

    @Test("Those never used go first, then the others in the order in which they came back")
    func order() {
        var pool = BlockPool(capacity: 6)
        let first = take(4, from: &pool)
        #expect(first == [0, 1, 2, 3])
        give([2, 0], to: &pool)
        pool.give(BlockID(3))
        let (never, again) = (take(2, from: &pool), take(2, from: &pool))
        #expect(never == [4, 5] && again == [2, 0])
        let free = pool.free
        #expect(free == 1)
    }

    @Test(
        "Random takes and returns: as a plain queue, in no more room than there are blocks", arguments: [1, 2, 7, 64])
    func random(capacity: Int) {
        for seed in OracleTests.seeds(4) {
            var random = SeededGenerator(seed: seed)
            var pool = BlockPool(capacity: capacity)
            // Those never used stand before those that came back.
            var (empty, used) = (Array(0..<Int32(capacity)), [Int32]())
            for _ in 0..<300 {
                if random.oneIn(2) {
                    let count = Int.random(in: 0...empty.count, using: &random)
                    let (taken, expected) = (take(count, from: &pool), Array(empty.prefix(count)))
                    #expect(taken == expected, "seed \(seed)")
                    empty.removeFirst(count)
                    used += taken
                } else {
                    used.shuffle(using: &random)
                    let back = Array(used.prefix(Int.random(in: 0...used.count, using: &random)))
                    give(back, to: &pool)
                    empty += back
                    used.removeFirst(back.count)
                }
                let (free, bytes) = (pool.free, pool.bytes)
                #expect(free == empty.count && bytes <= 4 * capacity, "seed \(seed)")
            }
        }
    }
}
