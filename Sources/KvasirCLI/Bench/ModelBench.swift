import Compute
import KVCache
import Models
import Scheduling

/// Runs tests of a model as steps of its runner: no scheduler, no sampling, no HTTP.
final class ModelBench {
    private let runner: TransformerRunner
    private let batch: Int
    /// Each with room for the longest test of independent sequences.
    private let paths: [[Int32]]
    /// One prefix, and tails of their own.
    private let sharingPaths: [[Int32]]
    private let sharedPrefix: Int

    /// - Parameters:
    ///   - batch: the most rows of a step.
    ///   - tests: all that will be run.
    init(
        model: Model, team: ThreadTeam, tests: [ModelTest], batch: Int, tokensPerBlock: Int, kvType: KVType = .f16
    ) throws {
        let alone = tests.filter { $0.kind != .sharedPrefix }
        let sharing = tests.filter { $0.kind == .sharedPrefix }
        let sequences = alone.map(\.sequences).max() ?? 0
        let lengths = (0..<sequences).map { index in
            alone.filter { $0.sequences > index }.map(\.length).max() ?? 0
        }
        let sharers = sharing.map(\.sequences).max() ?? 0
        let tail = sharing.map(\.tokens).max() ?? 0
        sharedPrefix = sharing.map(\.depth).max() ?? 0
        let blocks =
            lengths.map { BenchSlots.blocks(for: $0, tokensPerBlock: tokensPerBlock) }.reduce(0, +)
            + BenchSlots.blocks(for: sharedPrefix, tokensPerBlock: tokensPerBlock)
            + BenchSlots.blocks(for: tail, paths: sharers, tokensPerBlock: tokensPerBlock)
        var slots = BenchSlots(blocks: blocks, tokensPerBlock: tokensPerBlock)
        paths = lengths.map { slots.path(tokens: $0) }
        let prefix = slots.path(tokens: sharedPrefix)
        sharingPaths = (0..<sharers).map { _ in slots.path(prefix: prefix, tokens: tail) }
        self.batch = max(batch, sequences, sharers)
        runner = try TransformerRunner(
            model: model, team: team, slotCount: blocks * tokensPerBlock,
            limits: StepLimits(rows: self.batch, logitRows: max(1, sequences, sharers)), kvType: kvType)
    }

    /// Writes keys and values into every slot, since memory that was never written is read faster. Rows stand alone here: what
    /// they hold does not matter.
    func fill(progress: (Double) -> Void) throws {
        let all =
            paths.flatMap(\.self) + (sharingPaths.first.map { Array($0.prefix(sharedPrefix)) } ?? [])
            + sharingPaths.flatMap { $0.dropFirst(sharedPrefix) }
        for first in stride(from: 0, to: all.count, by: batch) {
            var plan = StepPlan()
            for slot in all[first..<min(first + batch, all.count)] {
                plan.add(slots: [slot], positions: 0..<1, logits: false, vocabularySize: runner.vocabularySize)
            }
            _ = try runner.run(plan)
            progress(Double(min(first + batch, all.count)) / Double(all.count))
        }
    }

    /// Runs a test.
    ///
    /// - Returns: seconds.
    func run(_ test: ModelTest) throws -> Double {
        let plans = self.plans(for: test)
        let start = ContinuousClock.now
        for plan in plans { _ = try runner.run(plan) }
        return (ContinuousClock.now - start).seconds
    }

    private func plans(for test: ModelTest) -> [StepPlan] {
        switch test.kind {
        case .prefill:
            stride(from: 0, to: test.tokens, by: batch).map { first in
                var plan = StepPlan()
                let end = min(first + batch, test.tokens)
                plan.add(
                    slots: paths[0], positions: first..<end, logits: end == test.tokens,
                    vocabularySize: runner.vocabularySize)
                return plan
            }
        case .decode, .sharedPrefix:
            (0..<test.tokens).map { step in
                var plan = StepPlan()
                for slots in (test.kind == .decode ? paths : sharingPaths).prefix(test.sequences) {
                    plan.add(
                        slots: slots, positions: test.depth + step..<test.depth + step + 1, logits: true,
                        vocabularySize: runner.vocabularySize)
                }
                return plan
            }
        }
    }
}
