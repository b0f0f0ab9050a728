public import KVCache

/// Decides what each step computes: the life of all sequences, as pure state.
///
///     submit → waiting ──admit──▶ running: prefill → decode ──▶ finished
///                 ▲                  │
///                 └─────preempt──────┘   when the cache has no block left to grow into: who loses least
///
/// Each round the caller asks for a `plan()`, runs it, and reports with `commit` which tokens were chosen, or with `abandon`
/// that the step failed. Between rounds it may submit and cancel. Decodes come first; prompts are prefilled so that the mean time
/// to the first token is least, with a bound on being passed over (`SchedulingPolicy`). A token that several prompts need is
/// computed by the first whose turn it is; see `KVCache`.
///
/// It belongs to one thread, knows no clock, and equal calls give equal answers.
public final class Scheduler {
    let cache: KVCache
    let limits: SchedulerLimits
    let policy: SchedulingPolicy
    private let plansSegments: Bool
    private var prefills: PrefillQueue
    /// Somebody had to give way, and nobody has ended since: who is let in now would soon have to give way too.
    private var isHoldingBack = false
    /// How much of what all running sequences still lack to the usual length is kept for them when others are let in. Some end
    /// and give back their room before the rest have grown, so less than half is enough; measured by simulation.
    private static let growingShare = 0.3
    /// How many tokens sequences generate, a mean that follows those that ended lately.
    private var usualLength = 0.0
    private var pace = StepPace()
    /// The cost of the current plan's prefill.
    private var plannedWork = 0.0
    /// The cost of all prefill so far.
    private var prefillDone = 0.0
    private(set) var waiting = WaitingQueue()
    /// In the order of admission.
    private(set) var running: [Sequence] = []
    /// The sequences whose logits the current plan asks for, in the plan's order.
    private var choosing: [Sequence] = []
    private var planned: [Sequence] = []
    private var submitted = 0
    public private(set) var counters = SchedulerCounters()

    /// - Parameter plansSegments: whether plans say where paths lie; a runner that never looks there can do without, and long
    ///   paths cost less then.
    public init(
        cache: KVCache, limits: SchedulerLimits, policy: SchedulingPolicy = SchedulingPolicy(),
        plansSegments: Bool = true
    ) {
        self.cache = cache
        self.limits = limits
        self.policy = policy
        prefills = PrefillQueue(order: policy.prefillOrder, cost: policy.prefillCost)
        self.plansSegments = plansSegments
    }

    /// Sequences that wait for admission.
    public var waitingCount: Int { waiting.count }

    /// Sequences that have a path in the cache.
    public var runningCount: Int { running.count }

    /// The sequences that want a token of the current plan, one for each of its `logitRows`.
    public var choosingSequences: [SequenceID] { choosing.map(\.id) }

    /// Whether there is nothing to do.
    public var isIdle: Bool { running.isEmpty && waiting.count == 0 }

    /// Queues a sequence.
    ///
    /// The prompt must have a token and fit into the cache (`KVCache.couldHold`).
    public func submit(_ request: SequenceRequest) -> SequenceID {
        precondition(
            !request.prompt.isEmpty && request.maximumTokens >= 1 && cache.couldHold(tokens: request.prompt.count))
        submitted += 1
        let sequence = Sequence(id: SequenceID(rawValue: submitted), request: request)
        waiting.append(sequence)
        return sequence.id
    }

    /// Ends a sequence, wherever it is; not between `plan` and `commit`. What it computed stays in the cache.
    public func cancel(_ id: SequenceID) {
        precondition(planned.isEmpty, "a step is under way")
        guard waiting.remove(id) == nil else { return }
        if let sequence = running.first(where: { $0.id == id }) { end(sequence) }
    }

    /// Admits who fits, and decides the next step. An empty plan means that nothing can run.
    ///
    /// - Parameter ended: gets the outcome appended for sequences that can never fit again.
    public func plan(ended: inout [StepOutcome]) -> StepPlan {
        precondition(planned.isEmpty, "a step is under way")
        admit(&ended)
        plannedWork = 0
        var plan = StepPlan()
        for sequence in running where !sequence.isPrefilling {
            add(sequence, to: &plan, upTo: limits.maximumBatchTokens)
        }
        addPrefills(to: &plan)
        return plan
    }

    /// Ends a step that succeeded.
    ///
    /// - Parameters:
    ///   - chosen: a token for each of the plan's `logitRows`.
    ///   - seconds: how long the step took, to adapt the next ones to `SchedulingPolicy.targetInterTokenLatency`.
    /// - Returns: what it brought, sequence by sequence.
    public func commit(chosen: [TokenID], seconds: Double? = nil) -> [StepOutcome] {
        precondition(chosen.count == choosing.count)
        if let seconds { pace.record(work: plannedWork, seconds: seconds) }
        prefillDone += plannedWork
        cache.commitStep()
        counters.steps += 1
        for sequence in planned { settle(sequence) }
        var outcomes: [StepOutcome] = []
        for (sequence, token) in zip(choosing, chosen) {
            stopPrefilling(sequence, changesOrder: false)
            receive(token, sequence, &outcomes)
        }
        planned.removeAll(keepingCapacity: true)
        let growing = choosing.filter { $0.lease != nil }
        choosing.removeAll(keepingCapacity: true)
        for sequence in growing.sorted(by: { $0.id < $1.id }) { grow(sequence, &outcomes) }
        return outcomes
    }

    /// Ends a step that failed: nothing of it counts as computed. Its sequences end; returns which.
    public func abandon() -> [SequenceID] {
        cache.abandonStep()
        let failed = planned
        planned.removeAll()
        choosing.removeAll()
        for sequence in failed { end(sequence) }
        return failed.map(\.id)
    }

    // MARK: Admission

    private func admit(_ ended: inout [StepOutcome]) {
        var hasCleared = false
        while running.count < limits.maximumSequences, !isHoldingBack || running.isEmpty, let next = waiting.first,
            running.isEmpty || leavesRoomToGrow(next)
        {
            do {
                let lease = try cache.admit(next.tokens, in: next.request.namespace)
                let before = next.account
                next.account.admit(reused: lease.reusedTokens)
                counters.count(from: before, to: next.account)
                next.lease = consume lease
                waiting.removeFirst()
                running.append(next)
                next.shape = next.lease?.shape
                if next.due == nil { next.due = prefillDone + policy.patience / next.request.weight }
                prefills.insert(next)
            } catch {
                guard running.isEmpty else { return }
                if !hasCleared, cache.couldHold(tokens: next.tokens.count) {
                    // What it could share fills blocks in part only: without it, it may fit.
                    cache.reset()
                    hasCleared = true
                    continue
                }
                // Grown so long that even the whole cache does not hold it.
                waiting.removeFirst()
                ended.append(.finished(next.id, .length))
            }
        }
    }

    /// Whether the running sequences and one more would have room to grow until some of them have ended.
    private func leavesRoomToGrow(_ sequence: Sequence) -> Bool {
        let statistics = cache.statistics
        let available =
            Double((statistics.free + statistics.cached - 1) * cache.tokensPerBlock) - Double(sequence.tokens.count)
        let most = max(Double(cache.tokensPerBlock) / 2, usualLength * Self.growingShare)
        if available >= most * Double(running.count + 1) { return true }
        let growth = running.reduce(expectedGrowth(of: sequence)) { $0 + expectedGrowth(of: $1) }
        if available >= growth { return true }
        return available + Double(cache.peek(sequence.tokens, in: sequence.request.namespace)) >= growth
    }

    private func expectedGrowth(of sequence: Sequence) -> Double {
        let left = min(usualLength, Double(sequence.request.maximumTokens)) - Double(sequence.generated)
        return max(Double(cache.tokensPerBlock) / 2, left * Self.growingShare)
    }

    // MARK: Planning

    /// Prompts in their order; who is overdue has half of the room at least.
    private func addPrefills(to plan: inout StepPlan) {
        guard !prefills.isEmpty, plan.tokens.count < limits.maximumBatchTokens else { return }
        let ordered = prefills.ordered()
        let overdue = ordered.filter { isOverdue($0) }.sorted { ($0.due ?? 0, $0.id) < ($1.due ?? 0, $1.id) }
        var room = prefillRoom(in: plan)
        if !overdue.isEmpty {
            var half = room.half
            for sequence in ordered where !isOverdue(sequence) {
                guard addPrefill(sequence, to: &plan, &half) else { break }
            }
            room = room.otherHalf + half
            for sequence in overdue {
                guard addPrefill(sequence, to: &plan, &room) else { return }
            }
        }
        for sequence in ordered where !sequence.isPlanned && !isOverdue(sequence) {
            guard addPrefill(sequence, to: &plan, &room) else { return }
        }
    }

    private func isOverdue(_ sequence: Sequence) -> Bool { (sequence.due ?? 0) < prefillDone }

    /// What of a step is left for prompts: all rows, but no more work than the decodes' pace allows.
    private func prefillRoom(in plan: StepPlan) -> PrefillRoom {
        var room = PrefillRoom(rows: limits.maximumBatchTokens - plan.tokens.count, work: .infinity)
        if let target = policy.targetInterTokenLatency, !plan.isEmpty, let work = pace.work(within: target) {
            // Prompts never stop wholly, also if decodes alone take longer than wanted.
            room.work = max(work, Double(limits.maximumBatchTokens) / 64, 1)
        }
        return room
    }

    /// Returns whether there is room left.
    private func addPrefill(_ sequence: Sequence, to plan: inout StepPlan, _ room: inout PrefillRoom) -> Bool {
        let rows = min(room.rows, policy.prefillCost.tokens(within: room.work, from: sequence.computedCount))
        guard rows > 0 else { return false }
        let before = plan.tokens.count
        add(sequence, to: &plan, upTo: before + rows)
        room.rows -= plan.tokens.count - before
        room.work -= max(1, policy.prefillCost(sequence.rows))
        plannedWork += policy.prefillCost(sequence.rows)
        return room.rows > 0 && room.work >= 1
    }

    private func add(_ sequence: Sequence, to plan: inout StepPlan, upTo end: Int) {
        let left = end - plan.tokens.count
        guard left > 0 else { return }
        let count = sequence.tokens.count
        var rows = sequence.lease?.claim(atMost: left, slots: &plan.writeSlots) ?? 0..<0
        sequence.rows = rows
        if rows.isEmpty {
            // All of the path is computed, or claimed by others in this step: only the logits are missing.
            rows = count - 1..<count
            plan.writeSlots.append(.none)
        }
        let firstRow = plan.tokens.count
        let firstSegment = plan.segments.count
        plan.tokens.append(contentsOf: sequence.tokens[rows])
        if plansSegments { sequence.lease?.appendSegments(upTo: rows.upperBound, to: &plan.segments) }
        plan.spans.append(
            StepPlan.Span(
                rows: firstRow..<plan.tokens.count, firstPosition: rows.lowerBound,
                segments: firstSegment..<plan.segments.count))
        planned.append(sequence)
        sequence.isPlanned = true
        if rows.upperBound == count {
            plan.logitRows.append(plan.tokens.count - 1)
            choosing.append(sequence)
        }
    }

    // MARK: Results

    /// Attributes what the step computed for a sequence.
    private func settle(_ sequence: Sequence) {
        let before = sequence.account
        sequence.isPlanned = false
        if sequence.rows.isEmpty {
            sequence.account.computeLogits()
            counters.rows += 1
        } else {
            counters.rows += sequence.rows.count
            let (again, beyond) = sequence.account.compute(sequence.rows)
            counters.promptTokensRecomputed += again
            counters.otherTokensComputed += again + beyond
        }
        counters.count(from: before, to: sequence.account)
    }

    private func receive(_ token: TokenID, _ sequence: Sequence, _ outcomes: inout [StepOutcome]) {
        if sequence.generated == 0 {
            outcomes.append(.prompt(sequence.id, sequence.account))
        }
        if sequence.request.endTokens.contains(token) {
            learnLength(of: sequence)
            end(sequence)
            outcomes.append(.finished(sequence.id, .endToken))
            return
        }
        sequence.tokens.append(token)
        counters.generatedTokens += 1
        outcomes.append(.token(sequence.id, token))
        if sequence.generated == sequence.request.maximumTokens {
            learnLength(of: sequence)
            end(sequence)
            outcomes.append(.finished(sequence.id, .length))
        }
    }

    /// Lets a sequence's newest token join its path; where there is no room, whoever loses least gives way.
    private func grow(_ sequence: Sequence, _ outcomes: inout [StepOutcome]) {
        guard let token = sequence.tokens.last else { return }
        while sequence.lease != nil {
            do {
                try sequence.lease?.append(token)
                return
            } catch {
                guard let victim = victim() else {
                    // Its blocks may be filled in part only, where others' paths parted; it may fit if it begins anew.
                    if cache.couldHold(tokens: sequence.tokens.count) {
                        preempt(sequence)
                        return
                    }
                    end(sequence)
                    outcomes.append(.finished(sequence.id, .length))
                    return
                }
                preempt(victim)
            }
        }
    }

    /// Who gives way: of all but the oldest, the one whose tokens that nobody else keeps are the cheapest to compute again.
    ///
    /// The oldest running sequence never gives way, so it ends; then another is the oldest. And who gave way comes back only after
    /// somebody ended. So every sequence ends, and at most as many preemptions lie between two ends as sequences run.
    private func victim() -> Sequence? {
        guard running.count > 1, let oldest = running.min(by: { $0.id < $1.id }) else { return nil }
        var best: (loss: Double, sequence: Sequence)?
        for sequence in running where sequence !== oldest {
            let kept = sequence.lease?.sharedCount ?? 0
            // Nothing would come free.
            guard kept < sequence.lease?.count ?? 0 else { continue }
            let loss = policy.prefillCost(kept..<max(kept, sequence.computedCount))
            guard let known = best else {
                best = (loss, sequence)
                continue
            }
            if (loss, -sequence.id.rawValue) < (known.loss, -known.sequence.id.rawValue) { best = (loss, sequence) }
        }
        return best?.sequence ?? running.last { $0 !== oldest }
    }

    /// Sends a sequence back to the queue. What it computed stays cached as long as it can.
    private func preempt(_ sequence: Sequence) {
        end(sequence)
        waiting.putBack(sequence)
        counters.preemptions += 1
        isHoldingBack = true
    }

    private func learnLength(of sequence: Sequence) {
        usualLength += (Double(sequence.generated) - usualLength) / 32
    }

    private func end(_ sequence: Sequence) {
        if let place = running.firstIndex(where: { $0 === sequence }) { running.remove(at: place) }
        stopPrefilling(sequence, changesOrder: true)
        sequence.isPlanned = false
        sequence.lease = nil
        isHoldingBack = false
    }

    private func stopPrefilling(_ sequence: Sequence, changesOrder: Bool) {
        guard sequence.isPrefilling else { return }
        prefills.remove(sequence, changesOrder: changesOrder)
        sequence.shape = nil
    }
}
