/// A sequence's way through the tree, in pieces: nodes that lie side by side, all of them full blocks but perhaps the last.
///
///     tokens   The quick brown fox │ jumps over the lazy │ dog and runs
///     nodes    n0                  │ n1                  │ n7
///     pieces   n0, n1 up to 8                            │ n7 up to 11
///
/// A node may hold more tokens than the path takes of it: the next one attaches where the path leaves it.
struct Path {
    /// Nodes side by side.
    struct Piece: BitwiseCopyable {
        var node: NodeID
        /// The number of nodes.
        var count: Int32
        /// How many nodes of the path precede it.
        var place: Int32
        /// The position behind its last token.
        var end: Int32

        /// The nodes' indices.
        var indices: Range<Int> {
            Range(uncheckedBounds: (node.index, node.index &+ Int(count)))
        }
    }

    /// How many pieces there is room for at first.
    private static let usualPieces = 16

    let root: NodeID
    let tokensPerBlock: Int
    private(set) var pieces: [Piece] = []
    /// The number of nodes.
    private(set) var nodeCount = 0
    /// The number of tokens.
    private(set) var count = 0
    /// The last node, or the root.
    private(set) var tail: NodeID
    /// How many of the last node's tokens are on the path; 0 at the root.
    private(set) var tailLength = 0

    init(root: NodeID, tokensPerBlock: Int) {
        self.root = root
        self.tokensPerBlock = tokensPerBlock
        tail = root
    }

    /// The position of a piece's first token.
    func start(of piece: Int) -> Int { piece == 0 ? 0 : Int(pieces[piece - 1].end) }

    /// The indices of a piece's nodes.
    func indices(of piece: Int) -> Range<Int> { pieces[piece].indices }

    /// The piece that holds a position, or the last one. O(log pieces).
    func piece(at position: Int) -> Int {
        var (low, high) = (0, pieces.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if Int(pieces[middle].end) > position { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// How many tokens at the path's head are of some kind, `known` of them known to be.
    ///
    /// - Parameter tokens: how many at the head of nodes that lie side by side are. Not asked about nodes behind the first that are not.
    @inline(__always)
    func headCount(from known: Int, _ tokens: (Range<Int>) -> Int) -> Int {
        guard known < count else { return count }
        let first = known == 0 ? 0 : piece(at: known)
        var start = start(of: first)
        for piece in pieces[first...] {
            let skipped = known > start ? (known - start) / tokensPerBlock : 0
            let position = start + skipped * tokensPerBlock + tokens(piece.indices.dropFirst(skipped))
            if position < piece.end { return position }
            start = Int(piece.end)
        }
        return count
    }

    /// Goes on into a child, and into as many nodes behind it in memory as the tokens fill.
    ///
    /// Without checks for overflow: no path has more tokens than there are slots, which an `Int32` counts.
    @inline(__always)
    mutating func enter(_ node: NodeID, taking tokens: Int) {
        let behind = tokens <= tokensPerBlock ? 0 : (tokens &- 1) / tokensPerBlock
        count &+= tokens
        let (entered, end) = (Int32(truncatingIfNeeded: behind &+ 1), Int32(truncatingIfNeeded: count))
        if tailLength == tokensPerBlock, tail.rawValue &+ 1 == node.rawValue {
            pieces[pieces.count &- 1].count &+= entered
            pieces[pieces.count &- 1].end = end
        } else {
            let place = Int32(truncatingIfNeeded: nodeCount)
            if place == 0 { pieces.reserveCapacity(Self.usualPieces) }
            pieces.append(Piece(node: node, count: entered, place: place, end: end))
        }
        nodeCount &+= behind &+ 1
        tail = NodeID(node.rawValue &+ entered &- 1)
        tailLength = tokens &- behind &* tokensPerBlock
    }

    /// Goes on in the last node.
    mutating func take(_ tokens: Int) {
        pieces[pieces.count - 1].end += Int32(tokens)
        count += tokens
        tailLength += tokens
    }

    /// Leaves out what is behind the first tokens.
    mutating func cut(to length: Int) {
        guard length < count else { return }
        guard length > 0 else {
            self = Path(root: root, tokensPerBlock: tokensPerBlock)
            return
        }
        let last = piece(at: length - 1)
        pieces.removeSubrange((last + 1)...)
        pieces[last].end = Int32(length)
        let before = (length - start(of: last) - 1) / tokensPerBlock
        pieces[last].count = Int32(before + 1)
        nodeCount = Int(pieces[last].place) + before + 1
        count = length
        tail = NodeID(pieces[last].node.rawValue + Int32(before))
        tailLength = length - start(of: last) - before * tokensPerBlock
    }
}
