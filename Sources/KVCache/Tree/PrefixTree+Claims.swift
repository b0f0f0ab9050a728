extension PrefixTree {
    /// Claims the path's next tokens that are neither computed nor claimed: the current step computes them.
    ///
    /// Tokens that the current step claimed for other paths are passed over: the same step computes them.
    /// - Parameters:
    ///   - firstNode: an index into the path's nodes; all before it are computed.
    ///   - limit: how many tokens to claim at most.
    ///   - slots: where the claimed tokens' keys and values go is appended to it.
    /// - Returns: the claimed positions, one run; empty if there are none to claim.
    mutating func claim(
        _ path: Path, from firstNode: Int, limit: Int, slots: inout [KVSlot]
    ) -> Range<Int> {
        var first = path.count
        var left = limit
        for index in firstNode..<path.nodes.count {
            let node = path.nodes[index]
            let length = path.length(at: index)
            let claimed = Int(nodes.claimed[node])
            guard claimed < length else { continue }
            if left == limit { first = path.start(at: index) + claimed }
            let taken = min(length - claimed, left)
            guard taken > 0 else { break }
            let slot = nodes.slot(of: node, at: 0).rawValue
            for offset in claimed..<claimed + taken { slots.append(KVSlot(rawValue: slot + Int32(offset))) }
            nodes.claimed[node] += UInt8(taken)
            if !nodes.flags[node].contains(.claimedInStep) {
                nodes.flags[node].insert(.claimedInStep)
                claimedNodes.append(node)
            }
            left -= taken
            if claimed + taken < length { break }
        }
        return first..<first + (limit - left)
    }

    /// Ends the current step: what it claimed is computed now, or, if the step failed, is again computed by nobody.
    mutating func endStep(succeeded: Bool) {
        log.beginOperation()
        records.endStep(succeeded: succeeded)
        // A token is claimed behind its path's earlier ones, so sources stand here before what hangs on them.
        for node in claimedNodes {
            nodes.flags[node].remove(.claimedInStep)
            let ready = nodes.ready[node]
            guard succeeded else {
                nodes.claimed[node] = ready
                continue
            }
            nodes.ready[node] = nodes.claimed[node]
            let computed = Int(nodes.claimed[node] - ready)
            totals.computedTokens += computed
            spaces.totals[nodes.space[node].index].computedTokens += computed
            if nodes.flags[node].contains(.listed) { announce(node, from: Int(ready)) }
        }
        claimedNodes.removeAll(keepingCapacity: true)
    }

    /// Appends the slots of the path's first `count` tokens, neighbours joined.
    func appendSegments(of path: Path, upTo count: Int, to segments: inout [KVSegment]) {
        let firstOwn = segments.count
        for index in 0..<path.nodes.count {
            let start = path.start(at: index)
            guard start < count else { return }
            let length = Int32(min(Int(path.ends[index]), count) - start)
            let slot = nodes.slot(of: path.nodes[index], at: 0)
            if segments.count > firstOwn, segments[segments.count - 1].end == slot.rawValue {
                segments[segments.count - 1].count += length
            } else {
                segments.append(KVSegment(slot: slot, count: length))
            }
        }
    }
}

extension KVSegment {
    /// The slot number behind the last.
    fileprivate var end: Int32 { slot.rawValue + count }
}
