/// A token that a step is to choose: from which logits, and for whom.
///
/// Sequences whose paths coincide so far share a row: each chooses from the same logits.
public struct TokenChoice: Sendable, Equatable {
    public var sequence: SequenceID
    /// Which of the plan's `logitRows`: an index into them, and into the logits that the runner returns.
    public var logits: Int

    public init(sequence: SequenceID, logits: Int) {
        self.sequence = sequence
        self.logits = logits
    }
}
