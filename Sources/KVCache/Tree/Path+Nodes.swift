// A path node by node, for what is not done often.

extension Path {
    /// All nodes, from the root's child on. O(nodes).
    var nodes: [NodeID] {
        pieces.indices.flatMap { indices(of: $0).map { NodeID(Int32($0)) } }
    }

    /// The node at a place. O(log pieces).
    func node(at place: Int) -> NodeID {
        let piece = pieces[self.piece(ofPlace: place)]
        return NodeID(piece.node.rawValue + Int32(place) - piece.place)
    }

    /// The position of a node's first token. O(log pieces).
    func start(at place: Int) -> Int {
        let piece = piece(ofPlace: place)
        return start(of: piece) + (place - Int(pieces[piece].place)) * tokensPerBlock
    }

    /// The position behind a node's last token on the path. O(log pieces).
    func end(at place: Int) -> Int {
        let piece = piece(ofPlace: place)
        return min(
            start(of: piece) + (place - Int(pieces[piece].place) + 1) * tokensPerBlock, Int(pieces[piece].end))
    }

    /// How many of a node's tokens are on the path. O(log pieces).
    func length(at place: Int) -> Int { end(at: place) - start(at: place) }

    private func piece(ofPlace place: Int) -> Int {
        var (low, high) = (0, pieces.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if Int(pieces[middle].place) <= place { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
