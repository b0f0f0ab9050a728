/// How much a scheduler does at once.
public struct SchedulerLimits: Sendable {
    /// Rows of one step at most.
    public var maximumBatchTokens: Int
    /// Sequences that run at the same time at most; not more than rows, so that each can decode in every step.
    public var maximumSequences: Int

    public init(maximumBatchTokens: Int = 512, maximumSequences: Int = 64) {
        precondition(maximumSequences >= 1 && maximumSequences <= maximumBatchTokens)
        self.maximumBatchTokens = maximumBatchTokens
        self.maximumSequences = maximumSequences
    }
}
