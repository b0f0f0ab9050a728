extension PathLease {
    /// How many tokens at the head of the path others have leases on too; what follows would not be kept without this lease.
    ///
    /// O(nodes behind them): whoever keeps a node keeps what it hangs on.
    package var sharedCount: Int { cache.tree.sharedCount(of: path) }
}

extension PrefixTree {
    fileprivate func sharedCount(of path: Path) -> Int {
        var own = path.nodes.count
        while own > 0, nodes.leases[path.nodes[own - 1]] == 1 { own -= 1 }
        return path.start(at: own)
    }
}
