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
        /// How many nodes of the path precede it.
        var place: Int32
        /// The position behind its last token.
        var end: Int32
    }

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
    func indices(of piece: Int) -> Range<Int> {
        let (first, next) = (pieces[piece], piece + 1 < pieces.count ? Int(pieces[piece + 1].place) : nodeCount)
        return first.node.index..<first.node.index + next - Int(first.place)
    }

    /// The piece that holds a position, or the last one. O(log pieces).
    func piece(at position: Int) -> Int {
        var (low, high) = (0, pieces.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if Int(pieces[middle].end) > position { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Goes on into a child, and into as many nodes behind it in memory as the tokens fill.
    mutating func enter(_ node: NodeID, taking tokens: Int) {
        let entered = tokens <= tokensPerBlock ? 1 : (tokens - 1) / tokensPerBlock + 1
        count += tokens
        if tail.rawValue + 1 == node.rawValue, tailLength == tokensPerBlock {
            pieces[pieces.count - 1].end = Int32(count)
        } else {
            pieces.append(Piece(node: node, place: Int32(nodeCount), end: Int32(count)))
        }
        nodeCount += entered
        tail = NodeID(node.rawValue + Int32(entered) - 1)
        tailLength = tokens - (entered - 1) * tokensPerBlock
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
        nodeCount = Int(pieces[last].place) + before + 1
        count = length
        tail = NodeID(pieces[last].node.rawValue + Int32(before))
        tailLength = length - start(of: last) - before * tokensPerBlock
    }
}
