import Compute
import KVCache
import ModelFiles
import Scheduling
import TestSupport
import Testing

@testable import Models

@Suite("Model files with random faults")
struct ModelFuzzTests {
    @Test("loading and running them throws or works, and never traps")
    func mutations() throws {
        var tiny = TinyModel.Variant(layers: 1, embedding: 32, heads: 2, kvHeads: 1, headDimension: 16)
        tiny.feedForward = 32
        tiny.vocabulary = 8
        tiny.ropeFactors = true
        tiny.linearScaling = 2
        let valid = TinyModel(tiny).builder.build()
        let header = 1400
        let team = try ThreadTeam(threadCount: 2)
        var loaded = 0
        for seed in 0..<400 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: valid.count, alignment: 64)
            defer { memory.deallocate() }
            memory.copyBytes(from: valid)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = Int.random(in: 0..<(seed.isMultiple(of: 4) ? valid.count : header), using: &random)
                memory[place] = [0, 1, 2, 0x20, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &random)]
                    .randomElement(using: &random)!
            }
            do {
                let file = try GGUFFile(bytes: UnsafeRawBufferPointer(memory), name: "fuzz.gguf")
                _ = ModelSummary(file: file)
                let model = try Model.load(file: file, team: team)
                let limits = StepLimits(rows: 4, logitRows: 4)
                let runner = try TransformerRunner(model: model, team: team, slotCount: 8, limits: limits)
                var plan = StepPlan()
                plan.add(TestPath(tokens: [1, 2, 3], slots: [4, 1, 2]), 0..<3, random: &random)
                _ = try runner.run(plan)
                loaded += 1
            } catch {
                let isKnown = error is ModelFileError || error is ModelError || error is ComputeError
                #expect(isKnown, "seed \(seed): \(error)")
            }
        }
        #expect(loaded > 0 && loaded < 400)
    }
}
