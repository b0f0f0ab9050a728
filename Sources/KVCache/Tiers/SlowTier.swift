/// A second tier: what is evicted from memory goes there, and comes back when a path needs it.
///
/// On any path, what is in memory precedes what is in the slow tier. Of what is there, too, what nothing hangs on goes first.
public struct SlowTier {
    /// How many blocks it holds, of as many tokens as memory's.
    public var blocks: Int
    /// Who moves the keys and values; `nil` if there are none to move.
    public var storage: (any TierStorage)?

    public init(blocks: Int, storage: (any TierStorage)? = nil) {
        self.blocks = blocks
        self.storage = storage
    }
}
