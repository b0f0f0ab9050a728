/// Where the keys and values of a block are.
public enum CacheTier: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Where they are computed and attended to.
    case memory = 0
    /// Where they are kept when memory has no room for them, to be brought back when they are needed.
    case slow = 1
}
