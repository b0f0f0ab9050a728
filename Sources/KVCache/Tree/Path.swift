/// A sequence's way through the tree: for each node the position behind its last token on the path.
///
///     tokens   The quick brown │ bear jumps
///     nodes    n0              │ n7
///     ends     3               │ 5            n0 may hold more than these 3; n7 attaches to it at 3
struct Path {
    let root: NodeID
    private(set) var nodes: [NodeID] = []
    private(set) var ends: [Int32] = []

    init(root: NodeID) {
        self.root = root
    }

    /// The number of tokens.
    var count: Int { Int(ends.last ?? 0) }

    /// The last node, or the root.
    var tail: NodeID { nodes.last ?? root }

    /// The position of a node's first token.
    func start(at index: Int) -> Int {
        index == 0 ? 0 : Int(ends[index - 1])
    }

    /// How many of a node's tokens are on the path.
    func length(at index: Int) -> Int {
        Int(ends[index]) - start(at: index)
    }

    /// How many of the last node's tokens are on the path; 0 at the root.
    var tailLength: Int { nodes.isEmpty ? 0 : length(at: nodes.count - 1) }

    /// Goes on into a child.
    mutating func enter(_ node: NodeID, taking tokens: Int) {
        ends.append(Int32(count + tokens))
        nodes.append(node)
    }

    /// Goes on in the last node.
    mutating func take(_ tokens: Int) {
        ends[ends.count - 1] += Int32(tokens)
    }

    /// Leaves out what is behind the first tokens.
    mutating func cut(to length: Int) {
        guard length < count else { return }
        var kept = 0
        while kept < nodes.count, start(at: kept) < length { kept += 1 }
        nodes.removeSubrange(kept...)
        ends.removeSubrange(kept...)
        if kept > 0 { ends[kept - 1] = Int32(length) }
    }
}
