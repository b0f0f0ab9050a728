/// What `bench reuse --json` prints.
public struct ReuseReport: Sendable, Equatable, Codable {
    public var test = "reuse"
    public var context: RunContext
    public var settings: ReuseSettings
    public var rows: [ReuseRow]
    /// The reference's prefill rate, of each case and round.
    public var prefills: [PrefillRate]
    /// One for each round of each cold burst.
    public var overheads: [ServerOverhead]
    /// Whether Kvasir's servers gave the same answers, byte for byte, in every round; `nil` if there was only one.
    public var identicalAnswers: Bool?
}
