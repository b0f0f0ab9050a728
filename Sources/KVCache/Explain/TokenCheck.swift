/// Seven bits of a checksum over a node's tokens: a sum, so that it costs little while a cache evicts.
struct TokenCheck: Equatable, BitwiseCopyable {
    let rawValue: UInt8

    init(_ tokens: UnsafePointer<TokenID>, count: Int) {
        var sum: UInt32 = 0
        for offset in 0..<count {
            sum &+=
                (UInt32(bitPattern: tokens[offset].rawValue) &+ 1)
                &* (UInt32(truncatingIfNeeded: offset) &* 0x9e37_79b2 | 1)
        }
        rawValue = UInt8((sum &* 0x85eb_ca6b) >> 25)
    }
}
