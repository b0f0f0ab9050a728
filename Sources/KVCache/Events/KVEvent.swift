/// A change of what the cache holds, in canonical blocks: `KVCacheOptions.eventBlock` tokens, aligned to positions of the path.
///
/// For each block stored, one event says so; for each of these blocks, before its memory holds anything else, one event says that it
/// is gone. A block is stored when the last of its tokens is computed and others may use it.
public struct KVEvent: Sendable, Equatable {
    /// What changed.
    public enum Change: Sendable, Equatable {
        /// The cache has a slow tier, and so many blocks in memory and in that tier. The first event, if there is such a tier.
        case created(blocks: [Int])
        /// Blocks, each the next one's parent, can be reused.
        case stored(StoredBlocks)
        /// Blocks are gone.
        case removed([KVBlockHash], CacheNamespace)
        /// Blocks are in another tier than before. They are the same blocks: same hashes, same parents, still stored.
        case moved([KVBlockHash], CacheNamespace, to: CacheTier)
        /// All blocks are gone.
        case cleared
    }

    /// One more than the event before. If one is missing, the reader came too late for it and needs a snapshot.
    public var id: UInt64
    public var change: Change
}

/// Blocks that follow one another on a path.
public struct StoredBlocks: Sendable, Equatable {
    public var namespace: CacheNamespace
    /// The block before the first; `nil` at the path's start.
    public var parent: KVBlockHash?
    public var hashes: [KVBlockHash]
    /// Where the first block's first token stands.
    public var position: Int
    /// The blocks' tokens, one block after the other.
    public var tokens: [TokenID]
    /// Where they are. What is stored by an event is in memory.
    public var tier = CacheTier.memory
}

/// What the cache holds: where a reader starts that missed events.
public struct KVEventSnapshot: Sendable, Equatable {
    /// The last event that the snapshot includes; those behind it are still to be applied.
    public var lastEvent: UInt64
    /// Parents stand before what hangs on them.
    public var stored: [StoredBlocks]
}
