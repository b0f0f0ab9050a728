/// Which nodes a live path runs through, to compare paths without their tokens.
///
/// Valid while the lease it was taken from lives and has not grown.
package struct PathShape {
    private let path: Path

    /// A path without tokens, which has nothing in common with any.
    package static var empty: PathShape { PathShape(Path(root: .none, tokensPerBlock: 1)) }

    fileprivate init(_ path: Path) {
        self.path = path
    }

    /// The number of tokens.
    package var count: Int { path.count }

    /// How many tokens two paths have in common: those whose keys and values, once computed, serve both. O(log nodes).
    ///
    /// A node has one parent at one offset, so paths that meet in a node agree in all before it.
    package func commonLength(with other: PathShape) -> Int {
        let shared = commonNodes(with: other)
        return shared == 0 ? 0 : min(path.end(at: shared - 1), other.path.end(at: shared - 1))
    }

    /// Whether the path comes first in an order in which all paths with a common beginning stand together, and a path that is
    /// another's beginning before that one. O(log nodes).
    package func precedes(_ other: PathShape) -> Bool {
        let shared = commonNodes(with: other)
        if shared > 0 {
            let (end, otherEnd) = (path.end(at: shared - 1), other.path.end(at: shared - 1))
            if end != otherEnd { return end < otherEnd }
        }
        if shared == path.nodeCount || shared == other.path.nodeCount { return path.nodeCount < other.path.nodeCount }
        return path.node(at: shared) < other.path.node(at: shared)
    }

    private func commonNodes(with other: PathShape) -> Int {
        var low = 0
        var high = min(path.nodeCount, other.path.nodeCount)
        while low < high {
            let middle = (low + high + 1) / 2
            if path.node(at: middle - 1) == other.path.node(at: middle - 1) { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

extension PathLease {
    /// Which nodes the path runs through now.
    package var shape: PathShape { PathShape(path) }
}
