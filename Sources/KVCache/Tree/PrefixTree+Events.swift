extension PrefixTree {
    /// Tells which canonical blocks end with tokens of a listed node that are ready now, from an offset on.
    mutating func announce(_ node: NodeID, from offset: Int) {
        guard log.blockSize > 0 else { return }
        for border in borders(in: node, from: offset, to: Int(nodes.ready(of: node))) {
            log.append(.stored(storedBlock(endingAt: border, in: node)))
        }
    }

    /// Tells which canonical blocks end with tokens of a listed node that are to go, from an offset on.
    mutating func retract(_ node: NodeID, from offset: Int) {
        guard log.blockSize > 0, !log.isMuted else { return }
        let borders = borders(in: node, from: offset, to: Int(nodes.ready(of: node)))
        guard !borders.isEmpty else { return }
        let position = nodes.position(of: node)
        // From the end on: what hangs on a block goes before it.
        let hashes = borders.reversed().map { KVBlockHash(nodes.hash(of: node, upTo: $0 - position)) }
        log.append(.removed(hashes, spaces.namespace(of: nodes.space(of: node))))
    }

    /// Tells that the canonical blocks which end in a node went to the node's tier.
    ///
    /// What precedes them on their path is in memory if they are, so that a canonical block is where its last token is.
    mutating func announceMove(_ node: NodeID) {
        guard log.blockSize > 0 else { return }
        let position = nodes.position(of: node)
        let hashes = borders(in: node, from: 0, to: Int(nodes.ready(of: node))).map {
            KVBlockHash(nodes.hash(of: node, upTo: $0 - position))
        }
        guard !hashes.isEmpty else { return }
        log.append(.moved(hashes, spaces.namespace(of: nodes.space(of: node)), to: nodes[node].tier))
    }

    /// What is stored, parents first.
    var eventSnapshot: KVEventSnapshot {
        var snapshot = KVEventSnapshot(lastEvent: log.lastID, stored: [])
        guard log.blockSize > 0 else { return snapshot }
        for index in nodes.usedIndices {
            let node = NodeID(Int32(index))
            guard nodes.block[node] != .none, nodes[node].flags.contains(.listed) else { continue }
            for border in borders(in: node, from: 0, to: Int(nodes.ready(of: node))) {
                var stored = storedBlock(endingAt: border, in: node)
                stored.tier = nodes[node].tier
                snapshot.stored.append(stored)
            }
        }
        snapshot.stored.sort { $0.position < $1.position }
        return snapshot
    }

    /// The positions at which canonical blocks end with tokens `from..<to` of a node.
    private func borders(in node: NodeID, from: Int, to: Int) -> [Int] {
        let position = nodes.position(of: node)
        let size = log.blockSize
        let first = (position + from) / size * size + size
        return Array(stride(from: first, through: position + to, by: size))
    }

    private func storedBlock(endingAt border: Int, in node: NodeID) -> StoredBlocks {
        let size = log.blockSize
        var tokens: [TokenID] = []
        var (current, end) = (node, border)
        while true {
            let position = nodes.position(of: current)
            let first = max(border - size, position)
            for place in stride(from: end - 1, through: first, by: -1) {
                tokens.append(nodes.tokens(of: current)[place - position])
            }
            end = first
            // The parent's hash is that of the path up to the block's start, in whichever node it stands.
            if end == border - size { break }
            end = position
            current = nodes[current].parent
        }
        let parent = nodes.hash(of: current, upTo: end - nodes.position(of: current))
        return StoredBlocks(
            namespace: spaces.namespace(of: nodes.space(of: node)), parent: border == size ? nil : KVBlockHash(parent),
            hashes: [KVBlockHash(nodes.hash(of: node, upTo: border - nodes.position(of: node)))],
            position: border - size,
            tokens: tokens.reversed())
    }
}
