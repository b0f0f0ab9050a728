/// How much something is worth keeping: of what may be evicted, the lowest priority goes first.
public struct RetentionPriority: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable {
    /// 0 to 100.
    public let rawValue: UInt8

    /// `nil` for what is not in `range`.
    public init?(rawValue: UInt8) {
        guard Self.range.contains(Int(rawValue)) else { return nil }
        self.rawValue = rawValue
    }

    /// - Throws: `KVCacheError.invalidRetention` for what is not in `range`.
    public init(_ value: Int) throws(KVCacheError) {
        guard Self.range.contains(value) else { throw .invalidRetention("priority \(value) is not within 0 and 100") }
        rawValue = UInt8(value)
    }

    init(unchecked value: UInt8) {
        rawValue = value
    }

    /// What priorities can be.
    public static let range = 0...100
    /// What applies where a request asks for nothing, and after what it asked for has expired.
    public static let standard = RetentionPriority(unchecked: 35)

    public static func < (left: RetentionPriority, right: RetentionPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}
