/// How long a retention priority holds after the last use, in milliseconds.
public struct CacheLifetime: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    /// Milliseconds; `UInt32.max` stands for no end.
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// It never ends.
    public static let unlimited = CacheLifetime(rawValue: .max)

    /// Lifetimes that end, in milliseconds: up to 49 days.
    public static let supportedMilliseconds = 0...Int64(UInt32.max) - 1

    /// A lifetime that ends.
    ///
    /// - Throws: `KVCacheError.invalidRetention` for what is not in `supportedMilliseconds`.
    public init(milliseconds: Int64) throws(KVCacheError) {
        guard Self.supportedMilliseconds.contains(milliseconds) else {
            throw .invalidRetention("a duration of \(milliseconds) ms is not within 0 and \(UInt32.max - 1)")
        }
        rawValue = UInt32(milliseconds)
    }
}
