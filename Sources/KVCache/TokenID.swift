/// A token of a model's vocabulary: its row in the embedding table.
public struct TokenID: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public init(_ value: Int32) {
        rawValue = value
    }

    public static func < (left: TokenID, right: TokenID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension TokenID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int32) {
        rawValue = value
    }
}

extension TokenID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
