/// When other requests may use what a request computes.
public enum ReuseMode: String, Sendable, CaseIterable {
    /// At once: every path is part of the shared tree from admission on, so that what several requests need and nobody has
    /// computed is computed once.
    case early
    /// When the request that computed it ends. How most servers do it; here for comparison.
    case completed
    /// Never. For comparison.
    case off
}
