import KVCache

extension Scheduler {
    /// How much of what all running sequences still lack to the usual length is kept for them when others are let in. Some end
    /// and give back their room before the rest have grown, so less than half is enough; measured by simulation.
    private static let growingShare = 0.3

    /// Lets sequences in as long as there are places and memory for them. Who comes next waits for both: nobody passes.
    func admit(_ ended: inout [StepOutcome]) {
        var cleared: Sequence?
        var displacing: Sequence?
        while let next = namespaces.next {
            if !running.isEmpty {
                let isOpen = running.count < limits.maximumSequences && (!isHoldingBack || displacing === next)
                guard isOpen && leavesRoomToGrow(next) else {
                    guard displace(for: next) else { return }
                    displacing = next
                    continue
                }
            }
            do {
                try enter(next)
            } catch {
                if !running.isEmpty {
                    guard displace(for: next) else { return }
                    displacing = next
                } else if cleared !== next, cache.couldHold(tokens: next.tokens.count) {
                    // What it could share fills blocks in part only: without it, it may fit.
                    cache.reset(next.request.namespace)
                    cleared = next
                } else {
                    // Grown so long that even the whole cache does not hold it.
                    drop(next)
                    ended.append(.finished(next.id, .length))
                }
            }
        }
    }

    private func enter(_ sequence: Sequence) throws(KVCacheError) {
        let lease = try cache.admit(
            sequence.tokens, in: sequence.request.namespace, retention: sequence.request.retention)
        let before = sequence.account
        sequence.account.admit(reused: lease.reusedTokens)
        count(sequence, since: before)
        sequence.shape = lease.shape
        sequence.lease = consume lease
        if sequence.admissionWork == nil {
            sequence.admissionWork = prefillDone
            sequence.due = prefillDone + policy.patience / sequence.request.weight
        }
        admitted += 1
        sequence.admission = admitted
        running.append(sequence)
        namespaces.start(sequence)
        if let tenant = sequence.tenant {
            tenants[tenant].waiting -= 1
            tenants[tenant].running += 1
        }
        namespaces.startPrefill(sequence)
        prefills.insert(sequence)
    }

    /// Sends a running sequence back whose namespace has more than its share, for one whose namespace has less. Returns whether
    /// there was one.
    private func displace(for waiting: Sequence) -> Bool {
        guard let victim = victim(where: { namespaces.mayDisplace($0, for: waiting) }) else { return false }
        let wasHoldingBack = isHoldingBack
        preempt(victim)
        isHoldingBack = wasHoldingBack
        counters.displacements += 1
        return true
    }

    /// Whether the running sequences and one more would have room to grow until some of them have ended.
    private func leavesRoomToGrow(_ sequence: Sequence) -> Bool {
        let blocks = cache.availableBlocks(for: sequence.request.namespace)
        let available = Double((blocks - 1) * cache.tokensPerBlock) - Double(sequence.tokens.count)
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
}
