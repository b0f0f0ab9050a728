import Compute
import KVCache
import Scheduling
import TestSupport
import Testing

@testable import Models

/// DESIGN: the value of a row never depends on who else is in the batch, nor on chunks, slots, segments or threads.
@Suite("Logits are equal byte for byte")
struct BitExactnessTests {
    static let variants: [TinyModel.Variant] = [
        .init(type: .q8_0, heads: 4, kvHeads: 2),
        .init(type: .q4_0, isTied: true),
        .init(architecture: "qwen2", type: .q5_0, hasBiases: true),
        .init(architecture: "qwen2", type: .f32, isTied: true, hasBiases: true),
        .init(type: .f16, heads: 3, kvHeads: 1, headDimension: 32),
        .init(architecture: "qwen2", type: .bf16, hasBiases: true),
    ]
    static let length = 45

    /// The tokens of test sequence `index`, and their logits from one step with that sequence alone in plain slots.
    private func baseline(_ tiny: TinyModel, _ index: Int) throws -> (tokens: [Int32], bits: [[UInt32]]) {
        var random = SeededGenerator(seed: UInt64(100 + index))
        let vocabulary = Int32(tiny.variant.vocabulary)
        let tokens = (0..<Self.length).map { _ in Int32.random(in: 0..<vocabulary, using: &random) }
        let path = TestPath(tokens: tokens, slots: (0..<Int32(Self.length)).map { $0 })
        var plan = StepPlan()
        plan.add(path, 0..<Self.length, random: &random)
        return (tokens, try TestRunner(tiny, slots: Self.length, threads: 1).run(plan).bits)
    }

    @Test("whole prompts, random chunks and single tokens, in ragged slots", arguments: variants)
    func chunks(variant: TinyModel.Variant) throws {
        let tiny = TinyModel(variant)
        let (tokens, expected) = try baseline(tiny, 0)
        let runner = try TestRunner(tiny, slots: 100)
        for seed in 0..<6 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let path = TestPath(tokens: tokens, slots: raggedSlots(100, random: &random))
            let longest = [1, 2, 5, 16, 40, 45][Int(seed)]
            var position = 0
            while position < tokens.count {
                let end = min(tokens.count, position + Int.random(in: 1...longest, using: &random))
                var plan = StepPlan()
                plan.add(path, position..<end, random: &random)
                let bits = try runner.run(plan).bits
                #expect(bits == Array(expected[position..<end]), "seed \(seed), positions \(position)..<\(end)")
                position = end
            }
        }
    }

    private static func rootMeanSquare(_ values: [Float]) -> Float {
        (values.reduce(0) { $0 + $1 * $1 } / Float(max(1, values.count))).squareRoot()
    }

    @Test("keys and values of every type, and close to each other", arguments: KVType.allCases)
    func kvTypes(type: KVType) throws {
        let tiny = TinyModel(Self.variants[1])
        var random = SeededGenerator(seed: 9)
        let (tokens, inF16) = try baseline(tiny, 3)
        func run(_ chunks: [Range<Int>]) throws -> [[Float]] {
            let runner = try TestRunner(tiny, slots: 100, kvType: type)
            let path = TestPath(tokens: tokens, slots: raggedSlots(100, random: &random))
            return try chunks.flatMap { positions in
                var plan = StepPlan()
                plan.add(path, positions, random: &random)
                return try runner.run(plan)
            }
        }
        let whole = try run([0..<45])
        #expect(try run([0..<7, 7..<8, 8..<40, 40..<45]).bits == whole.bits)
        let exact = inF16.joined().map { Float(bitPattern: $0) }
        let errors = zip(whole.joined(), exact).map { $0 - $1 }
        #expect(Self.rootMeanSquare(errors) <= (type == .f16 ? 0 : 0.05) * Self.rootMeanSquare(exact))
    }

    @Test("one, two and three threads", arguments: variants, [1, 2, 3])
    func threads(variant: TinyModel.Variant, threads: Int) throws {
        let tiny = TinyModel(variant)
        let (tokens, expected) = try baseline(tiny, 1)
        var random = SeededGenerator(seed: UInt64(threads))
        let runner = try TestRunner(tiny, slots: 64, threads: threads)
        let path = TestPath(tokens: tokens, slots: raggedSlots(64, random: &random))
        for positions in [0..<17, 17..<18, 18..<45] {
            var plan = StepPlan()
            plan.add(path, positions, random: &random)
            #expect(try runner.run(plan).bits == Array(expected[positions]))
        }
    }

    @Test("sequences mixed into the same steps at random", arguments: variants)
    func batches(variant: TinyModel.Variant) throws {
        let tiny = TinyModel(variant)
        let sequences = try (0..<4).map { try baseline(tiny, $0) }
        let runner = try TestRunner(tiny, slots: 4 * Self.length)
        for seed in 0..<3 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let slots = raggedSlots(4 * Self.length, random: &random)
            let paths = sequences.enumerated().map { index, sequence in
                TestPath(tokens: sequence.tokens, slots: Array(slots[index * Self.length..<(index + 1) * Self.length]))
            }
            var done = Array(repeating: 0, count: 4)
            while done.contains(where: { $0 < Self.length }) {
                var plan = StepPlan()
                var expected: [[UInt32]] = []
                for index in paths.indices.shuffled(using: &random) where done[index] < Self.length {
                    let room = min(Self.length - done[index], 64 - plan.tokens.count)
                    guard room > 0, Bool.random(using: &random) else { continue }
                    let end = done[index] + Int.random(in: 1...room, using: &random)
                    // Only some rows ask for logits, as in real steps.
                    let first = Int.random(in: done[index]...end, using: &random)
                    plan.add(paths[index], done[index]..<end, logits: first..<end, random: &random)
                    expected += sequences[index].bits[first..<end]
                    done[index] = end
                }
                guard !plan.isEmpty else { continue }
                #expect(try runner.run(plan).bits == expected, "seed \(seed), rows done \(done)")
            }
        }
    }

    @Test("a sequence that reads slots another writes in the same step", arguments: variants)
    func ridesAlong(variant: TinyModel.Variant) throws {
        let tiny = TinyModel(variant)
        for (seed, shared) in [1, 7, 16, 31, 32, 33, 44].enumerated() {
            var random = SeededGenerator(seed: UInt64(seed))
            let (first, firstBits) = try baseline(tiny, 0)
            let slots = raggedSlots(2 * Self.length, random: &random)
            let a = TestPath(tokens: first, slots: Array(slots[..<Self.length]))
            // B shares A's first tokens, and so A's slots; then it goes its own way.
            var b = a
            b.slots.replaceSubrange(shared..., with: slots[Self.length..<2 * Self.length - shared])
            for position in shared..<Self.length {
                b.tokens[position] = (b.tokens[position] + 1) % Int32(variant.vocabulary)
            }

            var alone = StepPlan()
            alone.add(b, 0..<Self.length, random: &random)
            let expected = try TestRunner(tiny, slots: 2 * Self.length).run(alone).bits

            var together = StepPlan()
            if seed.isMultiple(of: 2) { together.add(b, shared..<Self.length, random: &random) }
            together.add(a, 0..<Self.length, random: &random)
            if !seed.isMultiple(of: 2) { together.add(b, shared..<Self.length, random: &random) }
            let both = try TestRunner(tiny, slots: 2 * Self.length, rows: 90, logitRows: 90).run(together).bits
            let own = Array(expected[shared...])
            let correct = seed.isMultiple(of: 2) ? own + firstBits : firstBits + own
            #expect(both == correct, "\(shared) tokens shared")
        }
    }

    @Test("a row that writes nothing because its keys and values are there", arguments: variants)
    func logitsOnly(variant: TinyModel.Variant) throws {
        let tiny = TinyModel(variant)
        let (tokens, expected) = try baseline(tiny, 2)
        var random = SeededGenerator(seed: 5)
        let runner = try TestRunner(tiny, slots: 64)
        let path = TestPath(tokens: tokens, slots: raggedSlots(64, random: &random))
        var fill = StepPlan()
        fill.add(path, 0..<30, logits: 0..<0, random: &random)
        #expect(try runner.run(fill).isEmpty)
        var again = StepPlan()
        again.add(path, 29..<30, writes: false, random: &random)
        #expect(try runner.run(again).bits == [expected[29]])
        var next = StepPlan()
        next.add(path, 30..<45, logits: 44..<45, random: &random)
        #expect(try runner.run(next).bits == [expected[44]])
    }
}
