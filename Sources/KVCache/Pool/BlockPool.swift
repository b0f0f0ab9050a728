/// Which blocks are empty. Blocks come back in the order they were given up; the ones never used go first.
///
/// Memory grows with the blocks that were ever in use, not with the pool's size.
///
///     returned   │ c d · · · a b │       a ring: `first` is a's place, `count` 4
struct BlockPool: ~Copyable {
    /// The number of blocks there are.
    let capacity: Int
    private var neverUsed: Int32 = 0
    private var returned = Column(capacity: 1, filler: BlockID.none)
    private var first = 0
    private var count = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    deinit {
        returned.deallocate()
    }

    /// The number of empty blocks.
    var free: Int { capacity - Int(neverUsed) + count }

    /// The bytes it occupies.
    var bytes: Int { returned.bytes }

    /// Takes as many empty blocks as are asked for; there must be as many. O(blocks).
    mutating func take(_ wanted: Int, into blocks: UnsafeMutablePointer<BlockID>) {
        precondition(wanted <= free, "blocks are counted before they are taken")
        let fresh = min(wanted, capacity - Int(neverUsed))
        for place in 0..<fresh { blocks[place] = BlockID(neverUsed + Int32(place)) }
        neverUsed += Int32(fresh)
        let again = wanted - fresh
        copy(again, to: blocks + fresh)
        first = place(after: again)
        count -= again
    }

    /// Takes an empty block; there must be one. O(1).
    mutating func take() -> BlockID {
        var block = BlockID.none
        take(1, into: &block)
        return block
    }

    /// Gives a block back. O(1), amortised.
    mutating func give(_ block: BlockID) {
        withUnsafePointer(to: block) { give(UnsafeBufferPointer(start: $0, count: 1)) }
    }

    /// Gives blocks back, to be taken in the same order. O(blocks), amortised.
    mutating func give(_ blocks: UnsafeBufferPointer<BlockID>) {
        guard let source = blocks.baseAddress else { return }
        makeRoom(for: count + blocks.count)
        let end = place(after: count)
        let run = min(blocks.count, returned.capacity - end)
        returned.pointer(at: end).update(from: source, count: run)
        returned.pointer(at: 0).update(from: source + run, count: blocks.count - run)
        count += blocks.count
    }

    /// The place of the ring that many places behind the first.
    private func place(after places: Int) -> Int {
        let place = first + places
        return place < returned.capacity ? place : place - returned.capacity
    }

    private func copy(_ blocks: Int, to target: UnsafeMutablePointer<BlockID>) {
        let run = min(blocks, returned.capacity - first)
        target.update(from: returned.pointer(at: first), count: run)
        (target + run).update(from: returned.pointer(at: 0), count: blocks - run)
    }

    private mutating func makeRoom(for most: Int) {
        guard most > returned.capacity else { return }
        let grown = Column(capacity: min(max(most, 2 * returned.capacity), capacity), filler: BlockID.none)
        copy(count, to: grown.pointer(at: 0))
        returned.deallocate()
        (returned, first) = (grown, 0)
    }
}
