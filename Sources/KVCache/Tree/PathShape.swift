/// Which nodes a live path runs through, to compare paths without their tokens.
///
/// Valid while the lease it was taken from lives and has not grown.
package struct PathShape {
    private let nodes: [NodeID]
    private let ends: [Int32]

    fileprivate init(_ path: Path) {
        nodes = path.nodes
        ends = path.ends
    }

    /// The number of tokens.
    package var count: Int { Int(ends.last ?? 0) }

    /// How many tokens two paths have in common: those whose keys and values, once computed, serve both. O(log nodes).
    ///
    /// A node has one parent at one offset, so paths that meet in a node agree in all before it.
    package func commonLength(with other: PathShape) -> Int {
        let shared = commonNodes(with: other)
        return shared == 0 ? 0 : Int(min(ends[shared - 1], other.ends[shared - 1]))
    }

    /// Whether the path comes first in an order in which all paths with a common beginning stand together, and a path that is
    /// another's beginning before that one. O(log nodes).
    package func precedes(_ other: PathShape) -> Bool {
        let shared = commonNodes(with: other)
        if shared > 0, ends[shared - 1] != other.ends[shared - 1] { return ends[shared - 1] < other.ends[shared - 1] }
        if shared == nodes.count || shared == other.nodes.count { return nodes.count < other.nodes.count }
        return nodes[shared] < other.nodes[shared]
    }

    private func commonNodes(with other: PathShape) -> Int {
        var low = 0
        var high = min(nodes.count, other.nodes.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if nodes[middle - 1] == other.nodes[middle - 1] { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

extension PathLease {
    /// Which nodes the path runs through now.
    package var shape: PathShape { PathShape(path) }
}
