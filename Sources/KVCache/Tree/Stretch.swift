/// What nodes that lie side by side on one path have in common: each is full, listed, chained to the one before, and has the next one
/// as its only child; they were leased and given back together, and nothing was asked or noted of one of them alone.
struct Stretch: BitwiseCopyable {
    /// The first node.
    var first: Int32 = 0
    /// The node behind the last.
    var end: Int32 = 0
    /// Leases on each of the nodes.
    var leases: Int32 = 0
    var space = SpaceID.none
    /// How many tokens precede the first node's on its path.
    var position: Int32 = 0
    /// How many tokens from the first node's first on are ready.
    var ready: Int32 = 0
    /// How many tokens from the first node's first on are ready or claimed.
    var claimed: Int32 = 0
    /// The hash of the path up to the first node's first token, if it is known. Where hashes name blocks, each node has its own.
    var prefix = PathHash.unknown
    /// The hash of the path up to the last node's end, if it is known.
    var endPrefix = PathHash.unknown

    /// The number of nodes.
    var count: Int { Int(end - first) }
}

/// A stretch: an index into `NodeStore.stretches`.
struct StretchID: Hashable, BitwiseCopyable {
    let rawValue: Int32

    init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Owns the nodes that have fields of their own.
    static let none = StretchID(-1)

    var index: Int { Int(rawValue) }
}

extension Column {
    subscript(stretch: StretchID) -> Element {
        get { self[stretch.index] }
        nonmutating set { self[stretch.index] = newValue }
    }
}
