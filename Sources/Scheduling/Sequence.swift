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
    /// Where its namespace stands in the `NamespaceTable`.
    var place = 0
    /// Whose it is among `Scheduler.tenants`, if its namespace is one of them.
    let tenant: Int?
    /// How much prefill may have been done in all before it is due in the queue.
    let submissionDue: Double
    /// What the current step computes of the sequence.
    var rows = 0..<0
    /// Whether its row in the current step is another sequence's.
    var sharesRow = false
    /// Where the path runs, while its prompt is being computed; else empty.
    var shape = PathShape.empty
    /// In `PrefillQueue`, the ratio of weight to cost of what it goes with.
    var ratio = 0.0
    /// Whether it shares tokens that nobody had computed, when it was last looked at, or its end with another prompt.
    var goesWithOthers = false
    /// Numbers admissions in their order, which is that of `Scheduler.running`.
    var admission = 0
    /// Whether the current step computes something of it.
    var isPlanned = false
    /// How much prefill had been done in all when it was admitted first.
    var admissionWork: Double?
    /// How much prefill may have been done in all before it is overdue, once it was admitted.
    var due = 0.0

    init(id: SequenceID, request: SequenceRequest, tenant: Int?, submissionDue: Double) {
        self.id = id
        self.request = request
        self.tenant = tenant
        self.submissionDue = submissionDue
        tokens = request.prompt
        account = PromptAccount(tokens: request.prompt.count)
    }

    /// How many tokens have been generated.
    var generated: Int { tokens.count - request.prompt.count }

    /// How many tokens of its path are computed.
    var computedCount: Int { lease?.computedCount() ?? 0 }

    /// Whether its path is being computed: the prompt, and after a preemption what had been generated.
    var isPrefilling: Bool { shape.count > 0 }
}
