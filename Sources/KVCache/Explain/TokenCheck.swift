/// 23 bits of the hash of a path up to a node's end: whether what follows the node's first token may have been the same.
struct TokenCheck: Equatable, BitwiseCopyable {
    let rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(_ end: PathHash) {
        rawValue = UInt32(truncatingIfNeeded: (end.rawValue &* 0x9e37_79b9_7f4a_7c15) >> 41)
    }
}
