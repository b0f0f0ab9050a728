/// Hashing for the tables of this module: fixed, not seeded, since their keys come from the model file.
enum ByteHash {
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: multiplier)
        return product.high ^ product.low
    }

    /// Hash of a byte string, eight bytes at a time.
    static func hash(_ string: Span<UInt8>) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: string.count) &+ multiplier
        var offset = 0
        while offset + 8 <= string.count {
            var word: UInt64 = 0
            for byte in 0..<8 { word |= UInt64(string[offset + byte]) << UInt64(8 * byte) }
            hash = mix(hash ^ word)
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < string.count {
            tail = tail << 8 | UInt64(string[offset])
            offset += 1
        }
        return mix(hash ^ tail ^ multiplier)
    }
}
