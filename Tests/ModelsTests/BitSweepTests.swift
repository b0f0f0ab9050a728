import Compute
import Foundation
import KVCache
import ModelFiles
import Models
import Scheduling
import TestSupport
import Testing

/// What `BitExactnessTests` ask of the instruction set in use, asked of every type of weights on every instruction set.
@Suite("Logits are equal byte for byte, whatever the weights and the instruction set")
struct BitSweepTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let model: String
        let set: InstructionSet
        let kvType: KVType
        var testDescription: String { "\(model), \(set.rawValue), \(kvType.rawValue)" }
    }

    /// A way to run the same sequences.
    private struct Manner {
        let threads: Int
        let tokensPerBlock: Int
        /// The most rows of a sequence in a step.
        let chunk: Int
        /// How many sequences share steps.
        let sequences: Int
    }

    private static let manners = [
        Manner(threads: 2, tokensPerBlock: 2, chunk: 7, sequences: 3),
        Manner(threads: 3, tokensPerBlock: 16, chunk: 40, sequences: 2),
        Manner(threads: 1, tokensPerBlock: 64, chunk: 17, sequences: 1),
        // Every sequence with a row or two: 1 to 16 rows in a step.
        Manner(threads: 2, tokensPerBlock: 5, chunk: 2, sequences: 8),
    ]

    /// A model of each type of weights, and two of several types.
    private static let models = [
        "llama-f32", "llama-f16-linear", "llama-bf16-keylength", "qwen2-q8_0", "llama-q4_0", "qwen2-q5_0-tied",
        "llama-q4_k", "llama-q5_k", "llama-q6_k", "llama-mixed", "qwen2-q4_k_m",
    ]
    private static let sets = InstructionSet.allCases.filter(\.isAvailable)

    /// Types of keys and values take turns, so that each meets every instruction set.
    static let cases = models.enumerated().flatMap { row, model in
        sets.enumerated().map { column, set in
            Case(model: model, set: set, kvType: KVType.allCases[(row + column) % KVType.allCases.count])
        }
    }

    @Test("the models have every type of weights")
    func covers() throws {
        let types = try Self.models.flatMap { try Self.open($0).tensors.map(\.type.name) }
        for type in WeightType.allCases { #expect(types.contains(type.rawValue.uppercased()), "\(type)") }
    }

    @Test("rows, company, chunks, blocks and threads", arguments: cases)
    func sweep(of: Case) throws {
        let loader = try ThreadTeam(threadCount: 1, instructionSet: of.set)
        let model = try Model.load(file: Self.open(of.model), team: loader)
        // Long enough for two tiles of positions.
        let lengths = [66, 19] + Array(repeating: 8, count: 6)
        var random = SeededGenerator(seed: 31)
        let sequences = lengths.map { length in
            (0..<length).map { _ in Int32.random(in: 0..<Int32(model.configuration.vocabularySize), using: &random) }
        }
        // Each alone in one step, in slots as they come.
        let expected = try sequences.map { tokens in
            let runner = try Self.runner(of, model, loader, slots: 70)
            let path = TestPath(tokens: tokens, slots: (0..<Int32(tokens.count)).map { $0 })
            var plan = StepPlan()
            plan.add(path, 0..<tokens.count, random: &random)
            return Self.bits(try runner.run(plan))
        }
        for manner in Self.manners {
            try run(manner, Array(sequences.prefix(manner.sequences)), expected, of, model)
        }
    }

    private func run(
        _ manner: Manner, _ sequences: [[Int32]], _ expected: [[[UInt32]]], _ of: Case, _ model: Model
    ) throws {
        var random = SeededGenerator(seed: UInt64(manner.tokensPerBlock))
        var blocks = Array(0..<1_000 / manner.tokensPerBlock).shuffled(using: &random)
        let paths = sequences.map { tokens in
            let own = (0...tokens.count / manner.tokensPerBlock).map { _ in blocks.removeLast() }
            return TestPath(
                tokens: tokens,
                slots: tokens.indices.map { at in
                    Int32(own[at / manner.tokensPerBlock] * manner.tokensPerBlock + at % manner.tokensPerBlock)
                })
        }
        let team = try ThreadTeam(threadCount: manner.threads, instructionSet: of.set)
        let runner = try Self.runner(of, model, team, slots: 1_000)
        var done = paths.map { _ in 0 }
        while paths.indices.contains(where: { done[$0] < paths[$0].tokens.count }) {
            var plan = StepPlan()
            var wanted: [[UInt32]] = []
            for index in paths.indices.shuffled(using: &random) where done[index] < paths[index].tokens.count {
                // Some wait; never all of them.
                guard plan.isEmpty || random.next() % 4 > 0 else { continue }
                let end = min(paths[index].tokens.count, done[index] + Int.random(in: 1...manner.chunk, using: &random))
                plan.add(paths[index], done[index]..<end, random: &random)
                wanted += expected[index][done[index]..<end]
                done[index] = end
            }
            #expect(Self.bits(try runner.run(plan)) == wanted, "\(manner), \(plan.tokens.count) rows")
        }
    }

    private static func open(_ name: String) throws -> GGUFFile {
        try GGUFFile(path: OracleReference(named: name).modelPath)
    }

    private static func runner(
        _ of: Case, _ model: Model, _ team: ThreadTeam, slots: Int
    ) throws -> TransformerRunner {
        try TransformerRunner(
            model: model, team: team, slotCount: slots, limits: StepLimits(rows: 80, logitRows: 80), kvType: of.kvType)
    }

    private static func bits(_ logits: Logits) -> [[UInt32]] {
        (0..<logits.count).map { logits[$0].map(\.bitPattern) }
    }
}
