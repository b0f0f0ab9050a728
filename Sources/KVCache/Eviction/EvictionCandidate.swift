/// What a policy may know of a node.
public struct EvictionCandidate: Sendable {
    /// When a path through the node last ended, in the cache's logical time: it grows by one with each path that ends.
    public var lastUse: UInt64
    /// The cache's logical time.
    public var now: UInt64
    /// How many paths through the node have ended, up to 255. One more if the node's tokens had been evicted and came back.
    public var uses: Int
    /// How many tokens precede the node's: what must be attended to when it is computed again.
    public var position: Int
    /// How many tokens the node holds.
    public var tokens: Int

    public init(lastUse: UInt64, now: UInt64, uses: Int, position: Int, tokens: Int) {
        self.lastUse = lastUse
        self.now = now
        self.uses = uses
        self.position = position
        self.tokens = tokens
    }
}
