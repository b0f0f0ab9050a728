extension PrefixTree {
    /// Sets what a request asks to be kept of its prompt's path, on which it has leases.
    mutating func apply(_ retention: Retention, to path: Path) {
        guard !retention.ranges.isEmpty else { return }
        for (place, node) in path.nodes.enumerated() {
            if let level = retention.level(at: path.start(at: place)) { apply(level, to: node) }
        }
    }

    /// Sets what a leased node is worth. The clock starts when its last lease ends.
    mutating func apply(_ level: RetentionLevel, to node: NodeID) {
        assert(nodes.leases(of: node) > 0)
        nodes.settle(node)
        nodes[node].priority = level.priority
        nodes[node].lifetime = level.lifetime
        if level.lifetime != .unlimited { nodes.knowsLifetimes = true }
        nodes[node].flags.remove(.expired)
    }

    /// Moves the clock forward and lets priorities end whose time is over. O(log blocks) for each of these.
    mutating func advance(to instant: CacheInstant) {
        time = max(time, instant)
        while let first = expiring.first, first.key.instant <= time {
            let node = first.node
            expiring.remove(node)
            nodes[node].priority = .standard
            nodes[node].lifetime = .unlimited
            nodes[node].flags.insert(.expired)
            if evictable.remove(node) || slowEvictable.remove(node) { becomeEvictable(node) }
        }
    }
}
