import Foundation
import KVCache
import TestSupport
import Testing

@testable import Scheduling

/// The order that a scheduler keeps through arrivals, cancellations and steps, against the best of what is left, found from nothing.
@Suite("Keeping the prefill order")
struct PrefillQueueTests {
    private struct History {
        let scheduler: Scheduler
        let policy: SchedulingPolicy
        var random: SeededGenerator
        var used: Int32 = 0
        var stems: [[TokenID]] = [[]]
        var live: [SequenceID] = []

        init(seed: UInt64, exactCount: Int) {
            random = SeededGenerator(seed: seed)
            var policy = SchedulingPolicy()
            policy.patience = 3_000
            policy.prefillCost = PrefillCost(attention: random.oneIn(2) ? 0 : 1e-3)
            self.policy = policy
            scheduler = Scheduler(
                cache: KVCache(tokensPerBlock: 16, blocks: 1 << 14),
                limits: SchedulerLimits(maximumBatchTokens: 128, maximumSequences: 64), policy: policy)
            scheduler.prefills.exactCount = exactCount
        }

        private mutating func piece() -> [TokenID] {
            used += 1
            return Array(repeating: TokenID(used), count: Int.random(in: 1...150, using: &random))
        }

        mutating func submit(sharing: Bool) {
            var prompt = sharing ? stems.randomElement(using: &random) ?? [] : []
            prompt += piece()
            // Now and then a beginning of others, and equal prompts.
            if random.oneIn(2) { stems.append(prompt) }
            let weight = Double(1 << Int.random(in: 0...3, using: &random))
            live.append(scheduler.submit(SequenceRequest(prompt: prompt, maximumTokens: 1, weight: weight)))
        }

        mutating func cancelOne() {
            guard let place = live.indices.randomElement(using: &random) else { return }
            scheduler.cancel(live.remove(at: place))
        }

        func weight(of sequence: Sequence) -> Double {
            sequence.request.weight * pow(2, ((sequence.admissionWork ?? 0) - scheduler.prefillDone) / -policy.patience)
        }

        /// What waiting costs until all have been computed in the kept order, and in the best one.
        func delays() -> (kept: Double, best: Double) {
            let ordered = scheduler.prefills.ordered
            var nodes: [[TokenID]: Int] = [:]
            var forest = OutForest()
            var (time, kept) = (0.0, 0.0)
            for sequence in ordered {
                var parent = -1
                for position in sequence.computedCount..<sequence.tokens.count {
                    let path = Array(sequence.tokens[...position])
                    if let known = nodes[path] {
                        parent = known
                        continue
                    }
                    let cost = policy.prefillCost(position..<position + 1)
                    time += cost
                    forest.jobs.append(
                        OutForest.Job(parent: parent, cost: cost, weight: 0, rank: forest.jobs.count))
                    parent = forest.jobs.count - 1
                    nodes[path] = parent
                }
                if parent < 0 {
                    // Only the logits are missing: a row by itself, for all that need it.
                    if let known = nodes[sequence.tokens] {
                        parent = known
                    } else {
                        time += 1
                        forest.jobs.append(OutForest.Job(parent: -1, cost: 1, weight: 0, rank: forest.jobs.count))
                        parent = forest.jobs.count - 1
                        nodes[sequence.tokens] = parent
                    }
                }
                forest.jobs[parent].weight += weight(of: sequence)
                kept += weight(of: sequence) * time
            }
            var (end, best) = (0.0, 0.0)
            for (job, _) in forest.hornOrder() {
                end += forest.jobs[job].cost
                best += forest.jobs[job].weight * end
            }
            return (kept, best)
        }

        /// Runs steps with arrivals and cancellations, and looks at the order wherever somebody has come.
        mutating func run(steps: Int, sharing: Bool) {
            for step in 0..<steps {
                let arrivals = step == 0 ? 20 : random.oneIn(2) ? Int.random(in: 1...3, using: &random) : 0
                for _ in 0..<arrivals where scheduler.runningCount < 40 { submit(sharing: sharing) }
                if random.oneIn(6) { cancelOne() }
                var outcomes: [StepOutcome] = []
                _ = scheduler.plan(ended: &outcomes)
                if arrivals > 0 {
                    let (kept, best) = delays()
                    #expect(kept <= best * (1 + 1e-9), "step \(step): \(kept / best)")
                }
                outcomes += scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
                for case .finished(let id, _) in outcomes { live.removeAll { $0 == id } }
            }
        }
    }

    @Test("Whoever comes and goes, the order is the best", arguments: 0..<6 as Range<UInt64>)
    func sharing(seed: UInt64) {
        var history = History(seed: seed, exactCount: 256)
        history.run(steps: 40, sharing: true)
    }

    @Test(
        "Where prompts share nothing that is uncomputed, it is the best without being found anew",
        arguments: 0..<6 as Range<UInt64>)
    func alone(seed: UInt64) {
        // So few that a new order is always put off.
        var history = History(seed: seed, exactCount: 0)
        history.run(steps: 40, sharing: false)
    }
}
