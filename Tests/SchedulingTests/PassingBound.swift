import KVCache

@testable import Scheduling

/// Watches that nobody is passed over for longer than `docs/scheduling.md` promises, where weights are equal and there is one namespace.
///
/// It is told of each step between plan and commit, and of each end of a step.
struct PassingBound {
    private struct Watched {
        var sequence: Sequence
        var admission: Int
        /// How much prefill was done when it was admitted, and how much of it may be done when it is computed.
        var from: Double
        var until: Double
    }

    private let scheduler: Scheduler
    private let stepCost: Double
    private var watched: [SequenceID: Watched] = [:]
    private var lastAdmission = 0
    /// How many sequences were computed after their patience, within their bound.
    private(set) var overdue = 0
    /// What went beyond, in words.
    private(set) var broken: [String] = []

    init(_ scheduler: Scheduler) {
        self.scheduler = scheduler
        let rows = Double(scheduler.limits.maximumBatchTokens)
        // Of rows at the end of the longest prompt.
        stepCost = rows * (1 + scheduler.policy.prefillCost.attention * 1e3)
    }

    private func left(_ sequence: Sequence) -> Double {
        scheduler.policy.prefillCost(sequence.computedCount..<max(sequence.computedCount + 1, sequence.tokens.count))
    }

    /// Who was let in since the last step is watched; who comes back goes before those that became due after it.
    mutating func planned() {
        // Cancelled, or it gave way: the promise is for those that run.
        watched = watched.filter {
            scheduler.sequences[$0] != nil && $1.sequence.lease != nil && $1.sequence.admission == $1.admission
        }
        let admitted = scheduler.running.filter { $0.admission > lastAdmission }
        lastAdmission = admitted.last?.admission ?? lastAdmission
        for sequence in admitted where sequence.isPrefilling {
            let cost = left(sequence)
            for id in watched.keys where Self.precedes(sequence, watched[id]?.sequence) {
                watched[id]?.until += 2 * cost
            }
            guard sequence.admissionWork == scheduler.prefillDone, sequence.generated == 0 else { continue }
            let ahead = scheduler.running.filter { $0.isPrefilling && Self.precedes($0, sequence) }
            watched[sequence.id] = Watched(
                sequence: sequence, admission: sequence.admission, from: scheduler.prefillDone,
                until: scheduler.prefillDone + scheduler.policy.patience + 2 * ahead.reduce(cost) { $0 + left($1) }
                    + 3 * stepCost)
        }
    }

    mutating func ended() {
        for (id, one) in watched {
            if scheduler.prefillDone > one.until {
                broken.append("\(id): \(scheduler.prefillDone - one.from) of \(one.until - one.from)")
                watched[id] = nil
            } else if one.sequence.generated > 0 {
                if scheduler.prefillDone > one.from + scheduler.policy.patience { overdue += 1 }
                watched[id] = nil
            }
        }
    }

    /// Whether a sequence is overdue before the other is.
    private static func precedes(_ sequence: Sequence, _ other: Sequence?) -> Bool {
        guard let other else { return false }
        return (sequence.due, sequence.id) < (other.due, other.id)
    }
}
