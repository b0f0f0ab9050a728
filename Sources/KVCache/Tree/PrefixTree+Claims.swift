extension PrefixTree {
    /// Claims the path's next tokens that are neither computed nor claimed: the current step computes them.
    ///
    /// Tokens that the current step claimed for other paths are passed over: the same step computes them.
    /// - Parameters:
    ///   - known: how many of the path's tokens are known to be computed.
    ///   - limit: how many tokens to claim at most.
    ///   - slots: where the claimed tokens' keys and values go is appended to it.
    /// - Returns: the claimed positions, one run; empty if there are none to claim.
    mutating func claim(_ path: Path, known: Int, limit: Int, slots: inout [KVSlot]) -> Range<Int> {
        let first = claimedCount(of: path, from: known)
        let end = min(path.count, first + max(0, limit))
        guard first < end else { return first..<first }
        let size = nodes.tokensPerBlock
        var written = slots.count
        slots.append(contentsOf: repeatElement(.none, count: end - first))
        for piece in path.piece(at: first)..<path.pieces.count {
            let (range, start) = (path.indices(of: piece), path.start(of: piece))
            guard start < end else { break }
            let stop = min(end, Int(path.pieces[piece].end))
            let from = range.lowerBound + max(0, first - start) / size
            let to = range.lowerBound + (stop - start - 1) / size
            let position = start + (from - range.lowerBound) * size
            slots.withUnsafeMutableBufferPointer { slots in
                nodes.claim(
                    from..<to + 1, Range(uncheckedBounds: (max(0, first - position), stop - position)), slots,
                    at: &written)
            }
            claimedRuns.append(from..<to + 1)
        }
        return first..<end
    }

    /// How many tokens at the head of a path are computed, or claimed by the current step.
    ///
    /// - Parameter known: how many are known to be.
    func claimedCount(of path: Path, from known: Int) -> Int {
        path.headCount(from: known) { nodes.claimedCount($0) }
    }

    /// Ends the current step: what it claimed is computed now, or, if the step failed, is again computed by nobody.
    mutating func endStep(succeeded: Bool) {
        log.beginOperation()
        records.endStep(succeeded: succeeded)
        // A token is claimed behind its path's earlier ones, so sources stand here before what hangs on them.
        for run in claimedRuns {
            let computed = endClaims(run, succeeded: succeeded)
            count(in: nodes.space(of: NodeID(Int32(run.lowerBound)))) { $0.computedTokens += computed }
        }
        claimedRuns.removeAll(keepingCapacity: true)
    }

    /// Returns how many tokens are computed now that were not.
    private mutating func endClaims(_ run: Range<Int>, succeeded: Bool) -> Int {
        let size = nodes.tokensPerBlock
        var computed = 0
        var index = run.lowerBound
        while index < run.upperBound {
            let (id, node) = (nodes.owner[index], NodeID(Int32(index)))
            guard id != .none else {
                let (ready, claimed) = (nodes[node].ownReady, nodes[node].ownClaimed)
                index += 1
                guard succeeded else {
                    nodes[node].ownClaimed = ready
                    continue
                }
                computed += Int(claimed - ready)
                nodes[node].ownReady = claimed
                if log.blockSize > 0, nodes[node].flags.contains(.listed) { announce(node, from: Int(ready)) }
                continue
            }
            let stretch = nodes.stretches[id]
            index = Int(stretch.end)
            guard succeeded else {
                nodes.update(id) { $0.claimed = $0.ready }
                continue
            }
            // Claims of other rows on the stretch end here too.
            let (ready, claimed) = (Int(stretch.ready), Int(stretch.claimed))
            computed += claimed - ready
            nodes.update(id) { $0.ready = $0.claimed }
            guard log.blockSize > 0, ready < claimed else { continue }
            for place in ready / size...(claimed - 1) / size {
                announce(NodeID(stretch.first + Int32(place)), from: max(0, ready - place * size))
            }
        }
        return computed
    }

    /// Appends the slots of the path's first `count` tokens, neighbours joined.
    func appendSegments(of path: Path, upTo count: Int, to segments: inout [KVSegment]) {
        let firstOwn = segments.count
        let size = nodes.tokensPerBlock
        for piece in path.pieces.indices {
            var start = path.start(of: piece)
            let end = min(Int(path.pieces[piece].end), count)
            for index in path.indices(of: piece) {
                guard start < end else { return }
                let length = Int32(min(end - start, size))
                let slot = nodes.slot(of: NodeID(Int32(index)), at: 0)
                if segments.count > firstOwn, segments[segments.count - 1].end == slot.rawValue {
                    segments[segments.count - 1].count += length
                } else {
                    segments.append(KVSegment(slot: slot, count: length))
                }
                start += size
            }
        }
    }
}

extension NodeStore {
    /// Claims tokens of nodes that lie side by side, counted from the first one's first token, and writes their slots to a place.
    fileprivate func claim(
        _ range: Range<Int>, _ claimedTokens: Range<Int>, _ slots: UnsafeMutableBufferPointer<KVSlot>,
        at place: inout Int
    ) {
        let size = tokensPerBlock
        // Nodes that were cut out of longer ones are computed.
        assert(range.allSatisfy { start(of: NodeID(Int32($0))) == 0 })
        let blocks = block.pointer(at: range.lowerBound)
        guard let target = slots.baseAddress else { return }
        setClaimed(range, upTo: claimedTokens.upperBound)
        var token = claimedTokens.lowerBound
        var node = 0
        while node < range.count {
            // Blocks that lie in order have their slots in order.
            let next = node + Self.consecutive(blocks + node, atMost: range.count - node)
            let end = min(next * size, claimedTokens.upperBound)
            let first = Int(blocks[node].rawValue) * size - node * size + token
            let own = Int32(truncatingIfNeeded: first)
            for offset in 0..<end - token {
                target[place &+ offset] = KVSlot(rawValue: own &+ Int32(truncatingIfNeeded: offset))
            }
            (node, token, place) = (next, end, place + end - token)
        }
    }

    /// How many blocks at the head of some are numbered consecutively. Many at a time.
    private static func consecutive(_ blocks: UnsafePointer<BlockID>, atMost limit: Int) -> Int {
        let first = blocks[0].rawValue
        var length = 0
        while length + 32 <= limit {
            var differences: Int32 = 0
            for place in 0..<32 {
                differences |= blocks[length &+ place].rawValue ^ (first &+ Int32(truncatingIfNeeded: length &+ place))
            }
            if differences != 0 { break }
            length += 32
        }
        while length < limit, blocks[length].rawValue == first &+ Int32(truncatingIfNeeded: length) { length += 1 }
        return length
    }

    /// Tokens of nodes that lie side by side, counted from the first one's first, are claimed, or ready.
    private func setClaimed(_ range: Range<Int>, upTo tokens: Int) {
        let size = tokensPerBlock
        forEachPart(of: range) { part, id in
            let claimed = min(tokens - (part.lowerBound - range.lowerBound) * size, part.count * size)
            guard id != .none else {
                self[part.lowerBound].ownClaimed = UInt8(claimed)
                return
            }
            update(id) { stretch in
                stretch.claimed = Int32((part.lowerBound - Int(stretch.first)) * size + claimed)
            }
        }
    }
}

extension KVSegment {
    /// The slot number behind the last.
    fileprivate var end: Int32 { slot.rawValue + count }
}
