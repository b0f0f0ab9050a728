/// A node of the prefix tree: an index into `NodeStore`'s columns.
struct NodeID: Hashable, Comparable, BitwiseCopyable {
    let rawValue: Int32

    init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Stands where there is no node: a root's parent, the end of a bucket.
    static let none = NodeID(-1)

    var index: Int { Int(rawValue) }

    static func < (left: NodeID, right: NodeID) -> Bool {
        left.rawValue < right.rawValue
    }
}
