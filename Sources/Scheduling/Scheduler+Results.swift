import KVCache

extension Scheduler {
    /// Takes in what a step brought that succeeded.
    func takeIn(_ chosen: [TokenID]) -> [StepOutcome] {
        prefillDone += plannedWork
        counters.steps += 1
        namespaces.settle(succeeded: true)
        for sequence in planned { settle(sequence) }
        var outcomes: [StepOutcome] = []
        var growing: [Sequence] = []
        for ((sequence, _), token) in zip(choosing, chosen) {
            stopPrefilling(sequence, changesOrder: false)
            receive(token, sequence, &outcomes)
            if sequence.lease != nil { growing.append(sequence) }
        }
        clearStep()
        for sequence in growing {
            if publishesPrompts, sequence.generated == 1 { publish(sequence) }
            grow(sequence, &outcomes)
        }
        return outcomes
    }

    /// Attributes what the step computed for a sequence.
    private func settle(_ sequence: Sequence) {
        let before = sequence.account
        sequence.isPlanned = false
        if sequence.sharesRow {
            sequence.sharesRow = false
            sequence.account.shareLogits()
            counters.sharedRows += 1
        } else if sequence.rows.isEmpty {
            sequence.account.computeLogits()
            counters.rows += 1
        } else {
            counters.rows += sequence.rows.count
            let (again, beyond) = sequence.account.compute(sequence.rows)
            counters.promptTokensRecomputed += again
            counters.otherTokensComputed += again + beyond
            if sequence.isPrefilling, sequence.rows.upperBound < sequence.tokens.count { prefills.advance(sequence) }
        }
        count(sequence, since: before)
    }

    private func receive(_ token: TokenID, _ sequence: Sequence, _ outcomes: inout [StepOutcome]) {
        if sequence.generated == 0 {
            outcomes.append(.prompt(sequence.id, sequence.account))
        }
        if sequence.request.endTokens.contains(token) {
            finish(sequence, .endToken, &outcomes)
            return
        }
        sequence.tokens.append(token)
        counters.generatedTokens += 1
        if let tenant = sequence.tenant { tenants[tenant].generatedTokens += 1 }
        outcomes.append(.token(sequence.id, token))
        if sequence.generated == sequence.request.maximumTokens { finish(sequence, .length, &outcomes) }
    }

    private func finish(_ sequence: Sequence, _ end: SequenceEnd, _ outcomes: inout [StepOutcome]) {
        usualLength += (Double(sequence.generated) - usualLength) / 32
        drop(sequence)
        outcomes.append(.finished(sequence.id, end))
    }

    /// Ends a sequence's path and takes its prompt in again, so that others find what was computed.
    private func publish(_ sequence: Sequence) {
        sequence.lease = nil
        do {
            sequence.lease = try cache.admit(
                sequence.request.prompt, in: sequence.request.namespace, retention: sequence.request.retention)
        } catch {
            preempt(sequence)
        }
    }

    func stopPrefilling(_ sequence: Sequence, changesOrder: Bool) {
        guard sequence.isPrefilling else { return }
        prefills.remove(sequence, changesOrder: changesOrder)
        namespaces.stopPrefill(sequence)
        sequence.shape = .empty
    }
}
