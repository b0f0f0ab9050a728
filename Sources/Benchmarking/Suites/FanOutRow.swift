/// What one server did; times are medians over rounds.
public struct FanOutRow: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// One request for several samples.
        case samples
        /// Several requests with one context, within a second.
        case agent
    }

    public var test: String
    public var kind: Kind
    public var server: String
    public var rounds: Int
    /// Seconds to the first token, on average over samples or requests, and of the last one.
    public var ttftMean: Double
    public var ttftLast: Double
    /// The mean over samples or requests, of each round.
    public var ttftMeans: [Double]
    /// How many times as long as the reference in the same round: the median, and each round's.
    public var timesReference: Double
    public var timesReferences: [Double]
    /// Tokens of all paths: of each sample's or request's prompt.
    public var promptTokens: Int
    public var distinctTokens: Int
    public var computedTokens: Int?
    public var redundancy: Double?
    /// The least mean time to first token at the reference's rate.
    public var bound: Double?
    public var timesBound: Double?
    /// The most bytes of keys and values held at a time, and what the paths would take if each had its own.
    public var heldBytes: Double?
    public var unsharedBytes: Double?
}

/// What `bench fan-out --json` prints.
public struct FanOutReport: Sendable, Equatable, Codable {
    public var test = "fan-out"
    public var context: RunContext
    public var settings: FanOutSettings
    public var rows: [FanOutRow]
    public var prefills: [PrefillRate]
}
