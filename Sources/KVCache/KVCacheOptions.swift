/// What can be set of a cache beyond its size.
public struct KVCacheOptions: Sendable {
    /// The number of tokens in a canonical block, in which events are expressed: 16 or 64 for the routers there are; `nil` for no
    /// events. Independent of the cache's own block size.
    public var eventBlock: Int?
    /// How many events wait for a reader at most; beyond, the oldest are dropped, which their ids show.
    public var eventCapacity = 4_096
    /// How many blocks each namespace may pin, unless `KVCache.setPinBudget` says otherwise for it; `nil` for all.
    public var pinBudget: Int?
    /// How many evicted blocks are remembered, at 16 bytes each, to explain misses and count regret; `nil` for as many as there are
    /// blocks, up to a million. Rounded up to a power of 2; 0 for none.
    public var rememberedEvictions: Int?

    public init() {}
}
