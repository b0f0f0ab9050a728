/// A physical block: room for the keys and values of `tokensPerBlock` tokens in all layers.
struct BlockID: Hashable, BitwiseCopyable {
    let rawValue: Int32

    init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Stands where a node owns no block: at the root of a namespace.
    static let none = BlockID(-1)
}
