import KVCache

/// Turns a sample's tokens into text as they come: whole characters only, and nothing of a stop text.
protocol SampleText: Sendable {
    /// The text that is certain now, maybe empty, and whether a stop text has come, after which nothing more is appended.
    mutating func append(_ token: TokenID) -> (text: String, isStopped: Bool)

    /// What was held back, at the end of a sample that no stop text ended.
    mutating func finish() -> String
}
