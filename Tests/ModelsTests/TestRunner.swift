import Compute
import KVCache
import ModelFiles
import Models
import Scheduling

/// A runner over a tiny model that hands out copies of its logits.
final class TestRunner {
    private let runner: TransformerRunner

    init(
        _ tiny: TinyModel, slots: Int, threads: Int = 2, rows: Int = 64, logitRows: Int = 64,
        set: InstructionSet = .current, kvType: KVType = .f16
    ) throws {
        let team = try ThreadTeam(threadCount: threads, instructionSet: set)
        let model = try Model.load(file: tiny.open(), team: team)
        runner = try TransformerRunner(
            model: model, team: team, slotCount: slots, limits: StepLimits(rows: rows, logitRows: logitRows),
            kvType: kvType)
    }

    func run(_ plan: StepPlan) throws -> [[Float]] {
        let logits = try runner.run(plan)
        return (0..<logits.count).map { Array(logits[$0]) }
    }
}

extension InstructionSet {
    /// The one in use, and one that attends in f32 where that one rounds to bf16.
    static let attentionSets = current.multipliesBF16 ? [current, .avx512] : [current]
    var attendsInBF16: Bool { multipliesBF16 }
}

extension [[Float]] {
    /// The logits as bits, so that comparing means comparing bytes.
    var bits: [[UInt32]] { map { $0.map(\.bitPattern) } }
}
