/// The largest step a runner can run; its scratch memory grows with both.
public struct StepLimits: Hashable, Sendable {
    /// The most rows (tokens) in a step.
    public let rows: Int
    /// The most rows whose logits are wanted.
    public let logitRows: Int

    /// - Precondition: both are at least 1.
    public init(rows: Int, logitRows: Int) {
        precondition(rows > 0 && logitRows > 0)
        self.rows = rows
        self.logitRows = min(rows, logitRows)
    }
}
