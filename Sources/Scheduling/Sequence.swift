import KVCache

/// What the scheduler keeps of a sequence from its submission to its end.
final class Sequence {
    let id: SequenceID
    let request: SequenceRequest
    /// The prompt and what has been generated.
    var tokens: [TokenID]
    /// The sequence's path, while it runs.
    var lease: PathLease?
    var account: PromptAccount
    /// What the current step computes of the sequence.
    var rows = 0..<0

    init(id: SequenceID, request: SequenceRequest) {
        self.id = id
        self.request = request
        tokens = request.prompt
        account = PromptAccount(tokens: request.prompt.count)
    }

    /// How many tokens have been generated.
    var generated: Int { tokens.count - request.prompt.count }

    /// Whether the prompt is computed, so that each step brings a token.
    var isDecoding: Bool { account.isComplete }
}
