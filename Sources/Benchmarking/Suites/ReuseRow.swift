/// What one server did in one case; times are medians over rounds.
public struct ReuseRow: Sendable, Equatable, Codable {
    public var test: String
    public var server: String
    public var users: Int
    public var sharedTokens: Int
    public var ownTokens: Int
    public var outputTokens: Int
    public var arrival: Arrival
    public var state: CacheState
    public var rounds: Int
    /// Seconds to the first token: the mean over users, the median and the 95th percentile of users.
    public var ttftMean: Double
    public var ttftP50: Double
    public var ttftP95: Double
    /// The mean over users, of each round.
    public var ttftMeans: [Double]
    /// How many times as long as the reference in the same round: the median, and each round's.
    public var timesReference: Double
    public var timesReferences: [Double]
    /// Tokens of all prompts, those that had to be computed, and those that were; of the round with the most computed.
    public var promptTokens: Int?
    public var distinctTokens: Int?
    public var computedTokens: Int?
    /// Computed ÷ distinct, of the worst round.
    public var redundancy: Double?
    /// The least mean time to first token that is possible at the reference's measured rate, and how many times that it took.
    public var bound: Double?
    public var timesBound: Double?
    /// Tokens a second of all answers together.
    public var decodeTokensPerSecond: Double?
}
