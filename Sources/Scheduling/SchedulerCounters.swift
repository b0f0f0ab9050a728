/// What a scheduler has done since its start.
public struct SchedulerCounters: Sendable, Equatable {
    /// Steps that succeeded.
    public var steps = 0
    /// Rows of these steps.
    public var rows = 0
    /// Rows that these steps did not run because another sequence's row was the same: same path, same position.
    public var sharedRows = 0
    public var promptTokens = PromptTokenCounters()
    /// Prompt tokens whose keys and values were written again after a preemption.
    public var promptTokensRecomputed = 0
    /// Keys and values written beyond prompts: for generated tokens, and again after a preemption.
    public var otherTokensComputed = 0
    /// Tokens generated.
    public var generatedTokens = 0
    /// Times a running sequence was sent back to the queue to make room.
    public var preemptions = 0
    /// Those of them that made room for a namespace which ran less than its share.
    public var displacements = 0
    /// Sequences that ended at their deadline.
    public var expired = 0

    public init() {}
}
