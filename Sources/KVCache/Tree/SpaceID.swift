/// A namespace that has content or a path: an index into `SpaceTable`.
struct SpaceID: Hashable, BitwiseCopyable {
    let rawValue: Int32

    init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Stands where there is none.
    static let none = SpaceID(-1)

    var index: Int { Int(rawValue) }
}
