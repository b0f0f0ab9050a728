/// Seven bits of the hash of a path up to a node's end: whether what follows the node's first token may have been the same.
struct TokenCheck: Equatable, BitwiseCopyable {
    let rawValue: UInt8

    init(_ end: PathHash) {
        rawValue = UInt8(truncatingIfNeeded: (end.rawValue &* 0x9e37_79b9_7f4a_7c15) >> 57)
    }
}
