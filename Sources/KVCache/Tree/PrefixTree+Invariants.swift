extension PrefixTree {
    /// What is wrong with the tree, in words; empty if nothing is. O(everything): for tests and debugging.
    func violations() -> [String] {
        var found: [String] = []
        func check(_ condition: Bool, _ node: NodeID, _ what: @autoclosure () -> String) {
            if !condition { found.append("node \(node.rawValue): \(what())") }
        }
        var owners: [CacheTier: Set<BlockID>] = [.memory: [], .slow: []]
        var childCounts: [NodeID: Int32] = [:]
        var slowChildCounts: [NodeID: Int32] = [:]
        var keys: Set<[Int32]> = []
        var prefixes: [NodeID: PathHash] = [:]
        var unleased = 0
        let roots = Set(spaces.all.map { spaces.root(of: $0) })
        let pinned = pins.pathsThroughNodes
        let residents = nodes.usedIndices.map { NodeID(Int32($0)) }.filter { nodes.block[$0] != .none }

        for node in residents {
            let (count, ready, claimed) = (nodes[node].count, nodes.ready(of: node), nodes.claimed(of: node))
            let parent = nodes[node].parent
            check(
                owners[nodes[node].tier]?.insert(nodes.block[node]).inserted == true, node,
                "its block has another owner too")
            check(ready <= claimed && claimed <= count, node, "ready \(ready), claimed \(claimed), count \(count)")
            check(
                count > 0 && nodes.room(in: node) >= 0, node, "holds \(count) tokens from slot \(nodes[node].start) on")
            check(parent != .none, node, "has no parent")
            for violation in nodes.hashViolations(of: node, prefixes: &prefixes) {
                found.append("node \(node.rawValue): \(violation)")
            }
            if let violation = nodes.violation(ofPlain: node) { found.append("node \(node.rawValue): \(violation)") }
            childCounts[parent, default: 0] += 1
            if nodes[node].tier == .slow {
                slowChildCounts[parent, default: 0] += 1
                check(nodes.leases(of: node) == 0, node, "is leased in the slow tier")
            } else {
                check(nodes[parent].tier == .memory, node, "is in memory though its source is not")
            }
            if nodes.block[parent] == .none {
                check(roots.contains(parent) && nodes[node].attach == 0, node, "hangs on what is not a root")
            } else {
                check(
                    nodes[node].attach >= 1 && nodes[node].attach <= nodes[parent].count, node,
                    "attaches outside its parent")
                check(
                    nodes.claimed(of: node) == 0 || nodes.claimed(of: parent) >= nodes[node].attach, node,
                    "claimed before its source")
                check(
                    nodes.ready(of: node) == 0 || nodes.ready(of: parent) >= nodes[node].attach, node,
                    "ready before its source"
                )
                check(nodes.leases(of: node) <= nodes.leases(of: parent), node, "has more leases than its parent")
            }
            if nodes[node].flags.contains(.listed) {
                let first = nodes.tokens(of: node)[0]
                let key = [parent.rawValue, Int32(nodes[node].attach), first.rawValue]
                check(keys.insert(key).inserted, node, "has a twin")
                let attach = Int(nodes[node].attach)
                check(
                    index.find(parent: parent, attach: attach, first: first, in: nodes) == node, node, "cannot be found"
                )
                let isChained = parent.rawValue + 1 == node.rawValue && attach == nodes.tokensPerBlock
                check(nodes.isChained(node) == isChained, node, "is chained wrongly")
                check(
                    attach == Int(nodes[parent].count) || nodes.tokens(of: parent)[attach] != first, node,
                    "repeats its parent's next token")
            } else {
                check(
                    mode != .early && nodes.leases(of: node) == 1, node,
                    "is found by nobody and leased by \(nodes.leases(of: node))")
                check(!nodes.isChained(node), node, "is chained though nobody is to find it")
            }
            if nodes.leases(of: node) == 0 {
                if nodes[node].tier == .memory { unleased += 1 }
                check(ready == count, node, "keeps tokens that nobody computed")
            }
            let mayGo = nodes.leases(of: node) == 0 && isLeaf(node)
            let (isSlow, inQueue) = (nodes[node].tier == .slow, evictable.contains(node))
            let isAside = mayGo && !isSlow && spaces.guards[nodes.space(of: node).index].aside.contains(node)
            check(
                inQueue ? mayGo && !isSlow : !mayGo || isSlow || isAside, node, "stands in the eviction queue wrongly")
            check(slowEvictable.contains(node) == (mayGo && isSlow), node, "stands in the slow tier's queue wrongly")
            let mayExpire = nodes.leases(of: node) == 0 && nodes[node].lifetime != .unlimited
            check(expiring.contains(node) == mayExpire, node, "stands in the expiry queue wrongly")
            check(nodes.leases(of: node) >= pinned[node] ?? 0, node, "is pinned without a lease")
            check(nodes.space(of: node) == nodes.space(of: parent), node, "is in another namespace than its parent")
            check(
                nodes.position(of: node) == nodes.position(of: parent) + Int(nodes[node].attach), node,
                "stands at a wrong position")
        }
        for node in residents + Array(roots) {
            check(
                nodes[node].children == childCounts[node, default: 0], node, "counts \(nodes[node].children) children")
            check(nodes[node].slowChildren == slowChildCounts[node, default: 0], node, "counts slow children wrongly")
        }
        for root in roots {
            check(nodes.leases(of: root) > 0 || nodes[root].children > 0, root, "is a root of nothing")
        }
        for space in spaces.all {
            let count = pinned.keys.count { nodes.space(of: $0) == space }
            if spaces.pinnedBlocks[space.index] != count {
                found.append("\(count) blocks are pinned, others are counted")
            }
            let held = residents.filter { nodes.space(of: $0) == space && nodes[$0].tier == .memory }
            let counted = spaces.guards[space.index]
            if counted.resident != held.count || counted.unleased != held.count(where: { nodes.leases(of: $0) == 0 }) {
                found.append("a namespace's blocks are counted wrongly")
            }
            if !spaces.totals[space.index].ended.isConserved { found.append("\(spaces.totals[space.index].ended)") }
        }
        if !totals.ended.isConserved { found.append("\(totals.ended)") }
        if unleased != unleasedBlocks {
            found.append("\(unleasedBlocks) unleased blocks are counted, \(unleased) there")
        }
        if nodes.leakedStretches != 0 { found.append("\(nodes.leakedStretches) stretches leaked") }
        let taken = [(CacheTier.memory, pool.capacity - pool.free), (.slow, slowPool.capacity - slowPool.free)]
        for (tier, blocks) in taken {
            let leaked = blocks - (owners[tier]?.count ?? 0)
            if leaked != 0 { found.append("\(leaked) blocks leaked: \(tier)") }
        }
        return found
    }
}
