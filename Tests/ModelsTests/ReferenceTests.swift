import Compute
import KVCache
import ModelFiles
import Scheduling
import TestSupport
import Testing

@testable import Models

@Suite("The forward pass against a textbook transformer in double precision")
struct ReferenceTests {
    /// Of the largest logit. Rounding is modelled, so most rows agree as well as f32 allows; but where a value lies
    /// between two representable ones, runner and reference may round it apart, which later rows then see.
    static let worstRow = 0.01
    static let bestRow = 1e-6
    /// The same where attention rounds to bf16, which is not modelled; measured: up to 0.06 and 0.01, with Q8_0 weights.
    static let worstRowBF16 = 0.09
    static let bestRowBF16 = 0.015

    static let variants: [TinyModel.Variant] = [
        .init(),
        .init(isTied: true, ropeFactors: true),
        .init(heads: 3, kvHeads: 1, headDimension: 32, linearScaling: 4),
        .init(heads: 4, kvHeads: 4, ropeDimensions: 8),
        .init(hasBiases: true, ropeBase: 500_000),
        .init(architecture: "qwen2", hasBiases: true),
        .init(architecture: "qwen2", isTied: true, hasBiases: true, ropeBase: 1e6, ropeDimensions: 12),
        .init(type: .f16),
        .init(type: .bf16),
        .init(type: .q8_0),
        .init(type: .q4_0),
        .init(architecture: "qwen2", type: .q5_0, isTied: true, hasBiases: true),
        .init(architecture: "qwen2", type: .q8_0, isTied: true, hasBiases: true),
        .init(architecture: "qwen2", type: .f16, layers: 3, hasBiases: true),
        .init(mixesTypes: true, isTied: true),
        .init(layers: 1),
        // Widths that no vector register divides.
        .init(embedding: 50, heads: 5, kvHeads: 5, headDimension: 6, feedForward: 70, vocabulary: 37),
        .init(type: .f16, embedding: 45, heads: 6, kvHeads: 2, headDimension: 10, feedForward: 33, vocabulary: 41),
        .init(type: .bf16, embedding: 51, heads: 3, kvHeads: 1, headDimension: 14, feedForward: 17, vocabulary: 19),
    ]

    @Test("logits agree", arguments: variants, InstructionSet.attentionSets)
    func agrees(variant: TinyModel.Variant, set: InstructionSet) throws {
        let tiny = TinyModel(variant, seed: 7)
        var random = SeededGenerator(seed: 11)
        let tokens = (0..<37).map { _ in Int32.random(in: 0..<Int32(variant.vocabulary), using: &random) }
        let expected = ReferenceTransformer(tiny).logits(tokens)

        let runner = try TestRunner(tiny, slots: 64, set: set)
        let path = TestPath(tokens: tokens, slots: raggedSlots(64, random: &random))
        var plan = StepPlan()
        plan.add(path, 0..<tokens.count, random: &random)
        let logits = try runner.run(plan)

        let scale = expected.joined().map(abs).max() ?? 0
        let differences = zip(logits, expected).map { row, expectedRow in
            zip(row, expectedRow).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / scale
        }
        #expect(logits.count == tokens.count)
        #expect((differences.max() ?? 1) < (set.attendsInBF16 ? Self.worstRowBF16 : Self.worstRow), "\(differences)")
        #expect((differences.min() ?? 1) < (set.attendsInBF16 ? Self.bestRowBF16 : Self.bestRow), "\(differences)")
    }
}
