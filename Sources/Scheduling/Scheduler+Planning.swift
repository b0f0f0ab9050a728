import KVCache

extension Scheduler {
    /// What the next step computes: a row for each sequence that decodes, and prompts with what is left.
    ///
    /// A step that brings first tokens leaves decodes out as long as others wait for theirs and the decodes have not missed a full
    /// step's worth of prompts: whoever has no token yet goes before those who have some. With a target for the time between
    /// tokens, none is left out.
    func makePlan() -> StepPlan {
        var plan = StepPlan()
        if !prefills.isEmpty, policy.targetInterTokenLatency == nil {
            let decodes = running.count { !$0.isPrefilling }
            // Each gap between two tokens of a sequence has at most a full step's rows of prompts.
            addPrefills(to: &plan, atMost: limits.maximumBatchTokens - max(decodes, rowsSinceDecodes))
            if completesPrompt, decodes > 0, prefills.ordered.contains(where: { !isClaimed($0) }) {
                rowsSinceDecodes += plannedRows
            } else {
                addDecodes(to: &plan)
            }
        } else {
            addDecodes(to: &plan)
            addPrefills(to: &plan, atMost: limits.maximumBatchTokens - plannedRows)
        }
        addEchoes(to: &plan)
        return plan
    }

    private func addDecodes(to plan: inout StepPlan) {
        for sequence in running where !sequence.isPrefilling {
            add(sequence, to: &plan, upTo: limits.maximumBatchTokens)
        }
        rowsSinceDecodes = 0
    }

    /// Prompts in their order. Namespaces that are behind their share go first; otherwise who is overdue has half of the room
    /// at least.
    private func addPrefills(to plan: inout StepPlan, atMost rows: Int) {
        guard !prefills.isEmpty, rows > 0 else { return }
        var room = prefillRoom(rows: rows)
        prefills.refresh(at: prefillDone, cost: attentionPace.cost)
        let overdue = prefills.overdue(at: prefillDone)
        if namespaces.anyIsBehind {
            let behind = prefills.ordered.compactMap { sequence -> (lag: Double, sequence: Sequence)? in
                let lag = namespaces.urgency(of: sequence)
                return lag > 0 ? (lag, sequence) : nil
            }
            for lag in Set(behind.map(\.lag)).sorted(by: >) {
                let urgent = behind.filter { $0.lag == lag }.map(\.sequence)
                guard add(urgent, overdue: overdue.filter { namespaces.urgency(of: $0) == lag }, to: &plan, &room)
                else { return }
            }
        }
        _ = add(prefills.ordered, overdue: overdue, to: &plan, &room)
    }

    /// Adds prompts in their order, but those that are overdue with at least half of the room. Returns whether there is room left.
    private func add(
        _ ordered: [Sequence], overdue: [Sequence], to plan: inout StepPlan, _ room: inout PrefillRoom
    ) -> Bool {
        if !overdue.isEmpty {
            var half = room.half
            for sequence in ordered where !sequence.isPlanned && !isOverdue(sequence) {
                guard addPrefill(sequence, to: &plan, &half) else { break }
            }
            room = room.otherHalf + half
            for sequence in overdue where !sequence.isPlanned {
                guard addPrefill(sequence, to: &plan, &room, mayEndStep: false) else { return false }
            }
        }
        for sequence in ordered where !sequence.isPlanned {
            guard addPrefill(sequence, to: &plan, &room) else { return false }
        }
        return true
    }

    private func isOverdue(_ sequence: Sequence) -> Bool { sequence.due < prefillDone }

    /// What of a step is left for prompts: all rows, but no more work than the decodes' pace allows.
    private func prefillRoom(rows: Int) -> PrefillRoom {
        var room = PrefillRoom(rows: rows, work: .infinity, cost: attentionPace.cost)
        if let target = policy.targetInterTokenLatency, plannedRows > 0 {
            // Prompts never stop wholly, also if decodes alone take longer than wanted.
            room.work = max(pace.work(within: target), Double(limits.maximumBatchTokens) / 64, 1)
        }
        return room
    }

    /// Adds what fits of a prompt. Returns whether there is room left.
    ///
    /// - Parameter mayEndStep: whether the step may do without it if it is large enough as it is.
    private func addPrefill(
        _ sequence: Sequence, to plan: inout StepPlan, _ room: inout PrefillRoom, mayEndStep: Bool = true
    ) -> Bool {
        let rows = min(room.rows, room.cost.tokens(within: room.work, from: sequence.computedCount))
        guard rows > 0 else { return false }
        if mayEndStep, completesPrompt, plannedRows >= policy.efficientRows, !isClaimed(sequence) { return false }
        let before = plannedRows
        add(sequence, to: &plan, upTo: before + rows)
        let work = max(1, policy.prefillCost(sequence.rows))
        room.rows -= plannedRows - before
        room.work -= max(1, room.cost(sequence.rows))
        plannedPrefillRows += Double(sequence.rows.count)
        plannedPairs += Double(sequence.rows.count * (sequence.rows.lowerBound + sequence.rows.upperBound)) / 2
        plannedWork += work
        namespaces.plan(work, for: sequence)
        return room.rows > 0 && room.work >= 1
    }

    /// Whether the step computes all that is missing of a prompt.
    private func isClaimed(_ sequence: Sequence) -> Bool {
        sequence.lease?.claimedCount() == sequence.tokens.count
    }

    private func add(_ sequence: Sequence, to plan: inout StepPlan, upTo end: Int) {
        let left = end - plannedRows
        guard left > 0 else { return }
        sequence.rows = sequence.lease?.claim(atMost: left, slots: &plan.writeSlots) ?? 0..<0
        sequence.isPlanned = true
        planned.append(sequence)
        if sequence.rows.isEmpty {
            // All of the path is computed, or claimed by others in this step: only the logits are missing.
            echoes.append(sequence)
            plannedRows += 1
            return
        }
        plannedRows += sequence.rows.count
        let last = addSpan(of: sequence, rows: sequence.rows, to: &plan)
        guard sequence.rows.upperBound == sequence.tokens.count else { return }
        choosing.append((sequence, last))
        if sequence.isPrefilling { completesPrompt = true }
    }

    /// Adds rows whose slots are in the plan. Returns the last one.
    func addSpan(of sequence: Sequence, rows: Range<Int>, to plan: inout StepPlan) -> Int {
        let firstRow = plan.tokens.count
        let firstSegment = plan.segments.count
        plan.tokens.append(contentsOf: sequence.tokens[rows])
        if plansSegments { sequence.lease?.appendSegments(upTo: rows.upperBound, to: &plan.segments) }
        plan.spans.append(
            StepPlan.Span(
                rows: firstRow..<plan.tokens.count, firstPosition: rows.lowerBound,
                segments: firstSegment..<plan.segments.count))
        spanOwners.append(sequence)
        return plan.tokens.count - 1
    }
}
