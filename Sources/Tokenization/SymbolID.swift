/// A byte string that merging works with. Most stand for a token, but merges may pass through strings that are none.
struct SymbolID: Hashable, Sendable {
    let rawValue: UInt32
}
