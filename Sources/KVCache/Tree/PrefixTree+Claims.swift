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
        let size = nodes.tokensPerBlock
        guard known < path.count else { return path.count }
        for piece in path.piece(at: known)..<path.pieces.count {
            let (range, start) = (path.indices(of: piece), path.start(of: piece))
            let skipped = max(0, known - start) / size
            let full = range.lowerBound + skipped..<range.upperBound - 1
            let claimed = nodes.claimed.prefix(of: full, equalTo: UInt8(size)) + skipped
            let position = start + claimed * size + Int(nodes.claimed[range.lowerBound + claimed])
            if claimed < range.count - 1 || position < path.pieces[piece].end {
                return min(position, Int(path.pieces[piece].end))
            }
        }
        return path.count
    }

    /// Ends the current step: what it claimed is computed now, or, if the step failed, is again computed by nobody.
    mutating func endStep(succeeded: Bool) {
        log.beginOperation()
        records.endStep(succeeded: succeeded)
        // A token is claimed behind its path's earlier ones, so sources stand here before what hangs on them.
        for run in claimedRuns {
            guard succeeded else {
                for index in run { nodes.claimed[index] = nodes.ready[index] }
                continue
            }
            var computed = 0
            for index in run {
                let ready = nodes.ready[index]
                computed += Int(nodes.claimed[index] - ready)
                nodes.ready[index] = nodes.claimed[index]
                guard log.blockSize > 0, nodes.flags[index].contains(.listed) else { continue }
                announce(NodeID(Int32(index)), from: Int(ready))
            }
            count(in: nodes.space[run.lowerBound]) { $0.computedTokens += computed }
        }
        claimedRuns.removeAll(keepingCapacity: true)
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
        let (blocks, starts) = (block.pointer(at: range.lowerBound), start.pointer(at: range.lowerBound))
        let claims = claimed.pointer(at: range.lowerBound)
        guard let target = slots.baseAddress else { return }
        var token = claimedTokens.lowerBound
        var node = 0
        while node < range.count {
            // Blocks that lie in order have their slots in order.
            var next = node + 1
            while next < range.count, blocks[next].rawValue == blocks[next - 1].rawValue &+ 1,
                starts[next] | starts[next - 1] == 0
            {
                claims[next - 1] = UInt8(size)
                next += 1
            }
            let end = min(next * size, claimedTokens.upperBound)
            let first = Int(blocks[node].rawValue) * size + Int(starts[node]) - node * size + token
            let own = Int32(truncatingIfNeeded: first)
            for offset in 0..<end - token {
                target[place &+ offset] = KVSlot(rawValue: own &+ Int32(truncatingIfNeeded: offset))
            }
            claims[next - 1] = UInt8(truncatingIfNeeded: end - (next - 1) * size)
            (node, token, place) = (next, end, place + end - token)
        }
    }
}

extension KVSegment {
    /// The slot number behind the last.
    fileprivate var end: Int32 { slot.rawValue + count }
}
