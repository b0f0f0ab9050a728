import KVCache

extension Scheduler {
    /// Lets a sequence's newest token join its path; where there is no room, whoever loses least gives way.
    func grow(_ sequence: Sequence, _ outcomes: inout [StepOutcome]) {
        guard let token = sequence.tokens.last else { return }
        while sequence.lease != nil {
            do {
                try sequence.lease?.append(token)
                return
            } catch {
                if let victim = victim(where: { _ in true }) {
                    preempt(victim)
                    continue
                }
                // Its blocks may be filled in part only, where others' paths parted; it may fit if it begins anew.
                if cache.couldHold(tokens: sequence.tokens.count) {
                    preempt(sequence)
                } else {
                    drop(sequence)
                    outcomes.append(.finished(sequence.id, .length))
                }
                return
            }
        }
    }

    /// Who gives way: of the namespace that runs most against its share, of all but the oldest sequence, the one whose tokens that
    /// nobody else keeps are the cheapest to compute again.
    ///
    /// The oldest running sequence never gives way, so it ends; then another is the oldest. And who gave way for memory comes back
    /// only after somebody ended, or in another's place. So every sequence ends.
    func victim(where mayGo: (Sequence) -> Bool) -> Sequence? {
        guard running.count > 1, let oldest = running.min(by: { $0.id < $1.id }) else { return nil }
        var best: (load: Double, gains: Bool, loss: Double, sequence: Sequence)?
        for sequence in running where sequence !== oldest && mayGo(sequence) {
            let kept = sequence.lease?.sharedCount ?? 0
            // Otherwise nothing would come free.
            let gains = kept < sequence.lease?.count ?? 0
            let loss = policy.prefillCost(kept..<max(kept, sequence.computedCount))
            let load = namespaces.load(of: sequence)
            guard let known = best else {
                best = (load, gains, loss, sequence)
                continue
            }
            if gains != known.gains {
                if gains { best = (load, gains, loss, sequence) }
            } else if (-load, loss, -sequence.id.rawValue) < (-known.load, known.loss, -known.sequence.id.rawValue) {
                best = (load, gains, loss, sequence)
            }
        }
        return best?.sequence
    }

    /// Sends a sequence back to the queue. What it computed stays cached as long as it can.
    func preempt(_ sequence: Sequence) {
        leave(sequence)
        enqueue(sequence)
        counters.preemptions += 1
        isHoldingBack = true
    }

    /// Takes a sequence out of those that run.
    func leave(_ sequence: Sequence) {
        let place = running.firstPlace { $0.admission >= sequence.admission }
        if place < running.count, running[place] === sequence { running.remove(at: place) }
        stopPrefilling(sequence, changesOrder: true)
        namespaces.stop(sequence)
        if let tenant = sequence.tenant { tenants[tenant].running -= 1 }
        sequence.isPlanned = false
        sequence.lease = nil
        isHoldingBack = false
    }
}
