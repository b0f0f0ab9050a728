/// The order in which priorities end: an instant in two halves, so that with its node it takes 12 bytes and not 16.
struct ExpiryOrder: Comparable, BitwiseCopyable {
    private let high: Int32
    private let low: UInt32

    init(_ instant: CacheInstant) {
        high = Int32(truncatingIfNeeded: instant.rawValue >> 32)
        low = UInt32(truncatingIfNeeded: instant.rawValue)
    }

    var instant: CacheInstant { CacheInstant(rawValue: Int64(high) << 32 | Int64(low)) }

    static func < (left: ExpiryOrder, right: ExpiryOrder) -> Bool { left.instant < right.instant }
}
