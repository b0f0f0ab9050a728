public import KVCache

/// Decides what each step computes: the life of all sequences, as pure state.
///
///     submit → waiting ──admit──▶ running: prefill → decode ──▶ finished
///                 ▲                  │
///                 └─────preempt──────┘   when the cache has no block left to grow into: who loses least;
///                                        or for a namespace that runs less than its share
///
/// Each round the caller tells the time (`expire`), asks for a `plan()`, runs it, and reports with `commit` which tokens were chosen, or
/// with `abandon` that the step failed. Between rounds it may submit and cancel. Decodes come first; prompts are prefilled so that
/// the mean time to the first token is least, with a bound on being passed over (`SchedulingPolicy`). A token that several prompts
/// need is computed by the first whose turn it is; see `KVCache`.
///
/// Its work stands in extensions: `+Admission` lets sequences in, `+Planning` and `+SharedRows` make the plan, `+Results` takes in what
/// came of it, `+Memory` makes room.
///
/// It belongs to one thread, knows no clock, and equal calls give equal answers.
public final class Scheduler {
    let cache: KVCache
    let limits: SchedulerLimits
    let policy: SchedulingPolicy
    let plansSegments: Bool
    /// Whether a path is published when its prompt is computed, where the cache's mode is `completed`. For comparison, in simulation.
    package var publishesPrompts = false

    /// All sequences that have not ended.
    var sequences: [SequenceID: Sequence] = [:]
    var namespaces: NamespaceTable
    /// In the order of admission.
    var running: [Sequence] = []
    /// How many admissions there were.
    var admitted = 0
    var prefills: PrefillQueue
    /// Somebody had to give way, and nobody has ended since: who is let in now would soon have to give way too.
    var isHoldingBack = false
    /// How many tokens sequences generate, a mean that follows those that ended lately.
    var usualLength = 0.0
    var pace = StepPace()
    var attentionPace: AttentionPace
    /// The cost of all prefill so far.
    var prefillDone = 0.0
    /// No deadline comes before it.
    private var earliestDeadline: CacheInstant?
    private var submitted = 0
    public internal(set) var counters = SchedulerCounters()
    /// What of that was for each of the namespaces that `SchedulingPolicy.shares` names, in no particular order.
    public internal(set) var tenants: [TenantCounters]
    private let tenantPlaces: [CacheNamespace: Int]

    /// Rows of the steps that left decodes out, since the last one that did not.
    var rowsSinceDecodes = 0

    // The current step.

    /// The cost of its prefill.
    var plannedWork = 0.0
    /// Rows of its prefill, and the positions that these attend to.
    var plannedPrefillRows = 0.0
    var plannedPairs = 0.0
    /// Its rows, those counted that may turn out to be shared.
    var plannedRows = 0
    /// Whether it computes a prompt's last token.
    var completesPrompt = false
    var planned: [Sequence] = []
    /// Which path each span of the plan is of.
    var spanOwners: [Sequence] = []
    /// Sequences of which only logits are missing.
    var echoes: [Sequence] = []
    /// The rows from which sequences are to choose a token.
    var choosing: [(sequence: Sequence, row: Int)] = []
    /// The tokens that the current plan asks for, in the order in which `commit` takes them.
    public internal(set) var choices: [TokenChoice] = []

    /// - Parameter plansSegments: whether plans say where paths lie; a runner that never looks there can do without, and long
    ///   paths cost less then.
    public init(
        cache: KVCache, limits: SchedulerLimits, policy: SchedulingPolicy = SchedulingPolicy(),
        plansSegments: Bool = true
    ) {
        self.cache = cache
        self.limits = limits
        self.policy = policy
        self.plansSegments = plansSegments
        prefills = PrefillQueue(order: policy.prefillOrder, cost: policy.prefillCost, patience: policy.patience)
        namespaces = NamespaceTable(shares: policy.shares, slack: policy.fairnessSlack)
        attentionPace = AttentionPace(policy.prefillCost)
        tenants = policy.shares.keys.map { TenantCounters($0) }
        tenantPlaces = Dictionary(uniqueKeysWithValues: tenants.enumerated().map { ($1.namespace, $0) })
    }

    /// Sequences that wait for admission.
    public var waitingCount: Int { namespaces.waiting }

    /// Sequences that have a path in the cache.
    public var runningCount: Int { running.count }

    /// Whether there is nothing to do.
    public var isIdle: Bool { sequences.isEmpty }

    /// Queues a sequence.
    ///
    /// The prompt must have a token and fit into the cache (`KVCache.couldHold`).
    public func submit(_ request: SequenceRequest) -> SequenceID {
        precondition(
            !request.prompt.isEmpty && request.maximumTokens >= 1 && request.weight > 0
                && cache.couldHold(tokens: request.prompt.count))
        submitted += 1
        let sequence = Sequence(
            id: SequenceID(rawValue: submitted), request: request, tenant: tenantPlaces[request.namespace],
            submissionDue: prefillDone + policy.patience / request.weight)
        sequences[sequence.id] = sequence
        enqueue(sequence)
        if let deadline = request.deadline { earliestDeadline = min(earliestDeadline ?? deadline, deadline) }
        return sequence.id
    }

    /// Ends a sequence, wherever it is; not between `plan` and `commit`. What it computed stays in the cache.
    public func cancel(_ id: SequenceID) {
        precondition(planned.isEmpty, "a step is under way")
        if let sequence = sequences[id] { drop(sequence) }
    }

    /// Ends the sequences whose deadline has come, wherever they are; not between `plan` and `commit`.
    ///
    /// O(1) before the first deadline, O(sequences) when one has come.
    /// - Returns: an end for each, in the order of submission.
    public func expire(at now: CacheInstant) -> [StepOutcome] {
        precondition(planned.isEmpty, "a step is under way")
        guard let earliest = earliestDeadline, earliest <= now else { return [] }
        var expired: [Sequence] = []
        earliestDeadline = nil
        for sequence in sequences.values {
            guard let deadline = sequence.request.deadline else { continue }
            if deadline <= now {
                expired.append(sequence)
            } else {
                earliestDeadline = min(earliestDeadline ?? deadline, deadline)
            }
        }
        expired.sort { $0.id < $1.id }
        for sequence in expired { drop(sequence) }
        counters.expired += expired.count
        return expired.map { .finished($0.id, .deadline) }
    }

    /// Admits who fits, and decides the next step. An empty plan means that nothing can run.
    ///
    /// - Parameter ended: gets the outcome appended for sequences that can never fit again.
    public func plan(ended: inout [StepOutcome]) -> StepPlan {
        precondition(planned.isEmpty, "a step is under way")
        admit(&ended)
        return makePlan()
    }

    /// Ends a step that succeeded.
    ///
    /// - Parameters:
    ///   - chosen: a token for each of `choices`.
    ///   - seconds: how long the step took, counted from the end of the one before it if there was something to do all the time; to
    ///     adapt the next ones to `SchedulingPolicy.targetInterTokenLatency`.
    /// - Returns: what it brought, sequence by sequence.
    public func commit(chosen: [TokenID], seconds: Double? = nil) -> [StepOutcome] {
        precondition(chosen.count == choosing.count)
        if let seconds {
            attentionPace.record(rows: plannedPrefillRows, pairs: plannedPairs, seconds: seconds)
            pace.record(
                work: plannedPrefillRows + attentionPace.cost.attention * plannedPairs, seconds: seconds)
        }
        cache.commitStep()
        return takeIn(chosen)
    }

    /// Ends a step that failed: nothing of it counts as computed. Its sequences end; returns which.
    public func abandon() -> [SequenceID] {
        cache.abandonStep()
        let failed = planned
        namespaces.settle(succeeded: false)
        clearStep()
        for sequence in failed { drop(sequence) }
        return failed.map(\.id)
    }

    /// Ends a sequence that waits or runs.
    func drop(_ sequence: Sequence) {
        sequences[sequence.id] = nil
        if sequence.lease == nil { dequeue(sequence) } else { leave(sequence) }
    }

    func enqueue(_ sequence: Sequence) {
        namespaces.enqueue(sequence)
        if let tenant = sequence.tenant { tenants[tenant].waiting += 1 }
    }

    private func dequeue(_ sequence: Sequence) {
        namespaces.dequeue(sequence)
        if let tenant = sequence.tenant { tenants[tenant].waiting -= 1 }
    }

    /// Counts what was attributed to a prompt since its account was another.
    func count(_ sequence: Sequence, since before: PromptAccount) {
        counters.promptTokens.count(from: before, to: sequence.account)
        if let tenant = sequence.tenant { tenants[tenant].promptTokens.count(from: before, to: sequence.account) }
    }

    func clearStep() {
        planned.removeAll(keepingCapacity: true)
        spanOwners.removeAll(keepingCapacity: true)
        echoes.removeAll(keepingCapacity: true)
        choosing.removeAll(keepingCapacity: true)
        choices.removeAll(keepingCapacity: true)
        plannedWork = 0
        plannedPrefillRows = 0
        plannedPairs = 0
        plannedRows = 0
        completesPrompt = false
    }
}
