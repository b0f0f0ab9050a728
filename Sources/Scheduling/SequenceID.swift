/// A sequence the scheduler knows: one prompt and its one continuation.
public struct SequenceID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static func < (left: SequenceID, right: SequenceID) -> Bool {
        left.rawValue < right.rawValue
    }
}
