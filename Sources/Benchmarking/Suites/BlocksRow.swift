/// What one size of blocks gave; times are medians over rounds.
public struct BlocksRow: Sendable, Equatable, Codable {
    public var test: String
    public var tokensPerBlock: Int
    public var users: Int
    public var rounds: Int
    /// Seconds to the first token in a cold burst: the mean over users, its spread over rounds, and how many times as long as the best
    /// size's in the same round.
    public var ttftMean: Double
    public var ttftLeast: Double
    public var ttftMost: Double
    public var timesBest: Double
    public var distinctTokens: Int
    public var computedTokens: Int
    public var redundancy: Double
    /// Tokens a second of all answers together, when all prompts are cached.
    public var decodeTokensPerSecond: Double?
    /// Slots of the blocks that were filled ÷ tokens computed: 1 if no slot is empty.
    public var slotsPerToken: Double?
    /// Bytes of keys and values held for a cached token, empty slots counted in.
    public var heldBytesPerToken: Double?
    /// Bytes of bookkeeping for a cached token.
    public var metadataBytesPerToken: Double?
}

/// What `bench blocks --json` prints.
public struct BlocksReport: Sendable, Equatable, Codable {
    public var test = "blocks"
    public var context: RunContext
    public var settings: BlocksSettings
    public var rows: [BlocksRow]
}
