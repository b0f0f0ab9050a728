/// How much of a namespace is safe from what others need, and what it holds.
///
/// A namespace with a minimum is guarded while it holds no more blocks than that: nobody else evicts its blocks then. Nodes that
/// come first in the eviction queue while their namespace is guarded are set aside, and come back when the namespace grows.
struct ResidencyGuard {
    /// How many blocks others leave to it.
    var minimum = 0
    /// Blocks with its content.
    var resident = 0
    /// Those of them without a lease.
    var unleased = 0
    /// Nodes out of the eviction queue. Some may have a lease or a child by now, or be another's.
    var aside: Set<NodeID> = []

    /// How many of its blocks without a lease others may not have.
    var held: Int { min(unleased, max(0, minimum - (resident - unleased))) }
}

extension PrefixTree {
    /// How many blocks a path of a namespace could have that leases none of the unleased ones.
    func availableBlocks(for space: SpaceID) -> Int {
        spaces.guarded.reduce(availableBlocks) { $1 == space ? $0 : $0 - spaces.guards[$1.index].held }
    }

    /// Counts blocks in memory that lost their last lease, or got one or went if there are fewer.
    mutating func countUnleased(_ change: Int, in space: SpaceID) {
        unleasedBlocks += change
        spaces.guards[space.index].unleased += change
    }

    /// Sets how many blocks of a namespace others leave to it.
    mutating func setMinimumResidency(_ blocks: Int, for namespace: CacheNamespace) {
        for space in spaces.guarded { returnSetAside(of: space) }
        spaces.minimums[namespace] = blocks > 0 ? blocks : nil
        if let space = spaces.find(namespace) { spaces.guards[space.index].minimum = blocks }
    }

    /// Takes nodes out of the head of the eviction queue that a namespace may not evict.
    mutating func setAsideGuarded(from space: SpaceID) {
        guard !spaces.minimums.isEmpty else { return }
        while let node = evictable.first?.node {
            let owner = nodes.space(of: node)
            guard spaces.spareBlocks(of: owner, for: space) == 0 else { return }
            evictable.remove(node)
            spaces.guards[owner.index].aside.insert(node)
        }
    }

    /// Puts nodes back into the eviction queue that were set aside and may still go.
    mutating func returnSetAside(of space: SpaceID) {
        guard !spaces.minimums.isEmpty, !spaces.guards[space.index].aside.isEmpty else { return }
        let aside = spaces.guards[space.index].aside.sorted()
        spaces.guards[space.index].aside.removeAll()
        for node in aside
        where nodes.block[node] != .none && nodes.space(of: node) == space && nodes[node].tier == .memory
            && nodes.leases(of: node) == 0 && isLeaf(node)
        {
            becomeEvictable(node)
        }
    }
}
