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
    /// Where a token of the path stands in the tree. O(log nodes).
    ///
    /// Valid until the next lease ends.
    package func place(at position: Int) -> PathPlace {
        var low = 0
        var high = path.nodes.count - 1
        while low < high {
            let middle = (low + high) / 2
            if Int(path.ends[middle]) > position { high = middle } else { low = middle + 1 }
        }
        return PathPlace(node: path.nodes[low], offset: position - path.start(at: low))
    }
}
