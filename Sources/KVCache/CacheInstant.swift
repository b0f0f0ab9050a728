/// A moment on the cache's clock, in milliseconds since whatever the caller counts from.
///
/// The cache reads no clock: `KVCache.advance(to:)` tells it the time.
public struct CacheInstant: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable {
    /// Milliseconds.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// - Parameter milliseconds: since whatever the caller counts from.
    public init(milliseconds: Int64) {
        rawValue = milliseconds
    }

    /// Where a new cache's clock stands.
    public static let start = CacheInstant(milliseconds: 0)

    public static func < (left: CacheInstant, right: CacheInstant) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The moment so much later; the last one there is if that is beyond it.
    func adding(_ lifetime: CacheLifetime) -> CacheInstant {
        let (sum, overflows) = rawValue.addingReportingOverflow(Int64(lifetime.rawValue))
        return CacheInstant(rawValue: overflows ? .max : sum)
    }
}
