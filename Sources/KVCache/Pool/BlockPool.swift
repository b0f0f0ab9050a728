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

    /// Takes an empty block. O(1).
    mutating func take() -> BlockID? {
        if Int(neverUsed) < capacity {
            defer { neverUsed += 1 }
            return BlockID(neverUsed)
        }
        return returned.popFirst()
    }

    /// Gives a block back. O(1).
    mutating func give(_ block: BlockID) {
        returned.append(block)
    }
}
