/// What the requests of one `cacheSalt` are promised against those of others.
public struct TenantShare: Sendable, Equatable {
    /// Its weight when places among running sequences and prefill are shared out; others have 1. Above 0.
    public var weight: Double
    /// How many tokens of keys and values others leave to it, rounded down to whole blocks.
    public var minimumResidentTokens: Int

    public init(weight: Double = 1, minimumResidentTokens: Int = 0) {
        self.weight = weight
        self.minimumResidentTokens = minimumResidentTokens
    }
}
