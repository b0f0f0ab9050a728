/// Which blocks are empty. Blocks come back in the order they were given up; the ones never used go first.
///
/// Memory grows with the blocks that were ever in use, not with the pool's size.
///
///     returned   │ c d · · · a b │       `first` is a's place, `count` 4: a ring of 2^n places
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
        var taken = fresh
        while taken < wanted {
            let run = min(wanted - taken, returned.capacity - first)
            (blocks + taken).update(from: returned.pointer(at: first), count: run)
            first = (first + run) & (returned.capacity - 1)
            taken += run
        }
        count -= wanted - fresh
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
        var given = 0
        while given < blocks.count {
            let place = (first + count) & (returned.capacity - 1)
            let run = min(blocks.count - given, returned.capacity - place)
            returned.pointer(at: place).update(from: source + given, count: run)
            count += run
            given += run
        }
    }

    private mutating func makeRoom(for most: Int) {
        let old = returned.capacity
        guard most > old else { return }
        var size = old
        while size < most { size *= 2 }
        returned.grow(to: size)
        // What had gone around the end goes on behind it.
        let wrapped = max(0, first + count - old)
        returned.pointer(at: old).update(from: returned.pointer(at: 0), count: wrapped)
    }
}
