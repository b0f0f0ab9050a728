/// In which order prompts are computed.
public enum PrefillOrder: String, Sendable, CaseIterable {
    /// So that the mean time to the first token is least: Horn's algorithm on the tree of what nobody has computed yet.
    case horn
    /// As they were admitted. For comparison.
    case arrival
    /// Those first of which most is computed. For comparison.
    case longestPrefix = "longest-prefix"
}
