import Compute
import KVCache
import Kvasir
import Models
import Scheduling
import Testing

@testable import KvasirCLI

@Suite("Steps that benchmarks run")
struct BenchStepTests {
    @Test("Paths take whole blocks that no other path has", arguments: [2, 5, 16])
    func slots(tokensPerBlock: Int) {
        let blocks = BenchSlots.blocks(for: 37, paths: 3, tokensPerBlock: tokensPerBlock)
        var slots = BenchSlots(blocks: blocks, tokensPerBlock: tokensPerBlock)
        let paths = (0..<3).map { _ in slots.path(tokens: 37) }
        #expect(paths.allSatisfy { $0.count == 37 })
        #expect(Set(paths.joined()).count == 3 * 37)
        #expect(paths.joined().allSatisfy { (0..<blocks * tokensPerBlock).contains(Int($0)) })
    }

    @Test("A path begins with its prefix")
    func prefix() {
        var slots = BenchSlots(blocks: 8, tokensPerBlock: 4)
        let prefix = slots.path(tokens: 6)
        let path = slots.path(prefix: prefix, tokens: 5)
        #expect(path.count == 11 && Array(path.prefix(6)) == prefix)
        #expect(Set(path).count == 11)
    }

    @Test("A plan's segments name the slots of its positions, in order")
    func plan() {
        var slots = BenchSlots(blocks: 20, tokensPerBlock: 3)
        let path = slots.path(tokens: 20)
        var plan = StepPlan()
        plan.add(slots: path, positions: 0..<2, logits: false, vocabularySize: 10)
        plan.add(slots: path, positions: 15..<18, logits: true, vocabularySize: 10)
        let named = plan.segments[plan.spans[1].segments].flatMap { segment in
            (0..<segment.count).map { segment.slot.rawValue + $0 }
        }
        #expect(named == Array(path.prefix(18)))
        #expect(plan.writeSlots.map(\.rawValue) == Array(path[0..<2]) + Array(path[15..<18]))
        #expect(plan.logitRows == [4])
        #expect(plan.spans.map(\.firstPosition) == [0, 15])
    }

    @Test("Every kind of test runs on the built-in model")
    func run() throws {
        let team = try ThreadTeam(threadCount: 1)
        let model = try Model.load(file: try LoadedModel.openFile(path: nil), team: team)
        let tests = ModelTest.all(
            prefill: [3], depths: [0, 2], sequences: [1, 2], steps: 1, shared: (prefix: 2, sequences: 3))
        let bench = try ModelBench(model: model, team: team, tests: tests, batch: 2, tokensPerBlock: 2)
        var shares: [Double] = []
        try bench.fill { shares.append($0) }
        #expect(shares.last == 1)
        for test in tests { #expect(try bench.run(test) > 0) }
    }
}
