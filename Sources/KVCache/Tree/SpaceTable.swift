/// The namespaces that have content or a path, and what is counted for each of them.
struct SpaceTable {
    private struct Space {
        var namespace: CacheNamespace
        var root: NodeID
    }

    private var spaces: [Space?] = []
    private var ids: [CacheNamespace: SpaceID] = [:]
    private var free: [SpaceID] = []
    /// The one that was last asked for by a request, as the next one's most likely is: comparing is cheaper than hashing.
    var latest = SpaceID.none
    /// What was done for each; stands apart from the names so that counting touches no reference count.
    var totals: [KVCacheTotals] = []
    /// How many blocks of each are pinned.
    var pinnedBlocks: [Int] = []
    /// What each holds, and how much of that others leave to it.
    var guards: [ResidencyGuard] = []
    /// Minimums by name, of those that have one; they outlive their namespace's content.
    var minimums: [CacheNamespace: Int] = [:]

    /// Evictions of watched namespaces, from before they last were empty.
    private var formerEvictions: [CacheNamespace: Int] = [:]

    /// Those there are that have a minimum.
    var guarded: [SpaceID] { minimums.isEmpty ? [] : minimums.keys.compactMap { ids[$0] } }

    /// How many blocks of a namespace another may evict, as far as its minimum is concerned.
    func spareBlocks(of owner: SpaceID, for space: SpaceID) -> Int {
        let minimum = guards[owner.index].minimum
        return owner == space || minimum == 0 ? .max : max(0, guards[owner.index].resident - minimum)
    }

    /// All minimums together.
    var guaranteedBlocks: Int { minimums.values.reduce(0, +) }

    /// Those there are, in no particular order.
    var all: [SpaceID] { Array(ids.values) }

    func find(_ namespace: CacheNamespace) -> SpaceID? {
        if latest != .none, spaces[latest.index]?.namespace == namespace { return latest }
        return ids[namespace]
    }

    func root(of space: SpaceID) -> NodeID { spaces[space.index]?.root ?? .none }

    func namespace(of space: SpaceID) -> CacheNamespace { spaces[space.index]?.namespace ?? CacheNamespace() }

    /// The root of a namespace, if it has one.
    func root(of namespace: CacheNamespace) -> NodeID? { ids[namespace].map { root(of: $0) } }

    /// Takes a namespace in. The root must be set before anything else is asked.
    mutating func make(_ namespace: CacheNamespace) -> SpaceID {
        let id = free.popLast() ?? SpaceID(Int32(spaces.count))
        if id.index == spaces.count {
            spaces.append(nil)
            totals.append(KVCacheTotals())
            pinnedBlocks.append(0)
            guards.append(ResidencyGuard())
        }
        spaces[id.index] = Space(namespace: namespace, root: .none)
        ids[namespace] = id
        guards[id.index].minimum = minimums[namespace] ?? 0
        return id
    }

    mutating func setRoot(_ root: NodeID, of space: SpaceID) {
        spaces[space.index]?.root = root
    }

    /// Counts a namespace's evictions also over the times in which it is empty.
    mutating func watch(_ namespace: CacheNamespace) {
        if formerEvictions[namespace] == nil { formerEvictions[namespace] = 0 }
    }

    /// Blocks that were evicted of a namespace; of one that is not watched, since it last was empty.
    func evictedBlocks(of namespace: CacheNamespace) -> Int {
        (formerEvictions[namespace] ?? 0) + (ids[namespace].map { totals[$0.index].evictedBlocks } ?? 0)
    }

    /// Forgets a namespace and what was counted for it, unless it is watched.
    mutating func remove(_ space: SpaceID) {
        if let namespace = spaces[space.index]?.namespace {
            ids[namespace] = nil
            formerEvictions[namespace]? += totals[space.index].evictedBlocks
        }
        spaces[space.index] = nil
        totals[space.index] = KVCacheTotals()
        pinnedBlocks[space.index] = 0
        guards[space.index] = ResidencyGuard()
        free.append(space)
    }
}
