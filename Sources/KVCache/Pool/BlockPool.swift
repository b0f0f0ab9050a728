import DequeModule

/// Which blocks are empty. Blocks come back in the order they were given up; the ones never used go first.
///
/// Memory grows with the blocks that were ever in use, not with the pool's size.
struct BlockPool {
    /// The number of blocks there are.
    let capacity: Int
    private var neverUsed: Int32 = 0
    private var returned: Deque<BlockID> = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The number of empty blocks.
    var free: Int { capacity - Int(neverUsed) + returned.count }

    /// The bytes it occupies.
    var bytes: Int { returned.count * MemoryLayout<BlockID>.stride }

    /// Takes as many empty blocks as are asked for; there must be as many. O(blocks).
    mutating func take(_ count: Int, into blocks: UnsafeMutablePointer<BlockID>) {
        precondition(count <= free, "blocks are counted before they are taken")
        let fresh = min(count, capacity - Int(neverUsed))
        for place in 0..<fresh { blocks[place] = BlockID(neverUsed + Int32(place)) }
        neverUsed += Int32(fresh)
        guard fresh < count else { return }
        for (place, block) in returned.prefix(count - fresh).enumerated() { blocks[fresh + place] = block }
        returned.removeFirst(count - fresh)
    }

    /// Takes an empty block; there must be one. O(1).
    mutating func take() -> BlockID {
        var block = BlockID.none
        take(1, into: &block)
        return block
    }

    /// Gives a block back. O(1).
    mutating func give(_ block: BlockID) {
        returned.append(block)
    }

    /// Gives blocks back, to be taken in the same order. O(blocks).
    mutating func give(_ blocks: UnsafeBufferPointer<BlockID>) {
        returned.append(contentsOf: blocks)
    }
}
