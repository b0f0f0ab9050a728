extension PathLease {
    /// How many tokens at the head of the path others have leases on too; what follows would not be kept without this lease.
    ///
    /// O(nodes behind them): whoever keeps a node keeps what it hangs on.
    package var sharedCount: Int { cache.tree.sharedCount(of: path) }
}

extension PrefixTree {
    fileprivate func sharedCount(of path: Path) -> Int {
        for piece in path.pieces.indices.reversed() {
            let range = path.indices(of: piece)
            guard let shared = range.last(where: { nodes.leases(of: NodeID(Int32($0))) > 1 }) else { continue }
            let end = path.start(of: piece) + (shared + 1 - range.lowerBound) * path.tokensPerBlock
            return min(end, Int(path.pieces[piece].end))
        }
        return 0
    }
}
