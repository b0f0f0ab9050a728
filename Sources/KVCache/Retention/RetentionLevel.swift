/// A priority and how long it holds.
public struct RetentionLevel: Hashable, BitwiseCopyable, Sendable {
    public var priority: RetentionPriority
    /// Counted from the moment nobody uses what it applies to; each use starts it anew. After it `RetentionPriority.standard` applies.
    public var lifetime: CacheLifetime

    public init(_ priority: RetentionPriority, for lifetime: CacheLifetime = .unlimited) {
        self.priority = priority
        self.lifetime = lifetime
    }

    static let standard = RetentionLevel(.standard)
}
