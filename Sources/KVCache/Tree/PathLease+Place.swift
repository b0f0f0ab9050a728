/// A token in the tree: paths that have it at the same place agree in it and in all before it.
package struct PathPlace: Hashable {
    private let node: NodeID
    private let offset: Int

    fileprivate init(node: NodeID, offset: Int) {
        self.node = node
        self.offset = offset
    }
}

extension PathLease {
    /// Where a token of the path stands in the tree. O(log pieces).
    ///
    /// Valid until the next lease ends.
    package func place(at position: Int) -> PathPlace {
        let piece = path.piece(at: position)
        let (node, offset) = (position - path.start(of: piece)).quotientAndRemainder(dividingBy: path.tokensPerBlock)
        return PathPlace(node: NodeID(path.pieces[piece].node.rawValue + Int32(node)), offset: offset)
    }
}
