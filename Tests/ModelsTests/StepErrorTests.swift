import Compute
import KVCache
import Scheduling
import TestSupport
import Testing

@testable import Models

@Suite("Steps that cannot be run")
struct StepErrorTests {
    /// A good plan of 8 rows in slots 8..<16, changed.
    private func expectError(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout StepPlan) -> Void
    ) throws {
        let runner = try TestRunner(TinyModel(.init(layers: 1)), slots: 16, threads: 1, rows: 12, logitRows: 8)
        var random = SeededGenerator(seed: 1)
        var plan = StepPlan()
        plan.add(TestPath(tokens: Array(0..<8), slots: Array(8..<16)), 0..<8, random: &random)
        let good = plan
        change(&plan)
        let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) { try runner.run(plan) }
        #expect(error?.code == .invalidStep, sourceLocation: sourceLocation)
        #expect(error?.description.contains(text) == true, "\(error as Any)", sourceLocation: sourceLocation)
        #expect(try runner.run(good).count == 8, "the runner goes on", sourceLocation: sourceLocation)
    }

    @Test("tokens, slots, spans, segments and rows are checked")
    func checks() throws {
        try expectError("token 40") { $0.tokens[3] = 40 }
        try expectError("token -1") { $0.tokens[3] = -1 }
        try expectError("slot 16") { $0.writeSlots[7] = KVSlot(rawValue: 16) }
        try expectError("slot -2") { $0.writeSlots[7] = KVSlot(rawValue: -2) }
        try expectError("segment") { $0.segments[0].slot = KVSlot(rawValue: -1) }
        try expectError("segment") { $0.segments[0].count = 0 }
        try expectError("segment") { $0.segments[0].count = .max }
        try expectError("cover") { $0.spans[0].firstPosition = 1 }
        try expectError("span") { $0.spans[0].rows = 0..<7 }
        try expectError("span") { $0.spans[0].rows = 1..<8 }
        try expectError("span") { $0.spans[0].segments = 0..<100 }
        try expectError("context") { $0.spans[0].firstPosition = .max - 3 }
        try expectError("logit") { $0.logitRows = [8] }
        try expectError("logit") { $0.logitRows = [3, 3] }
        try expectError("logit") { $0.logitRows = [-1] }
        try expectError("write slots") { $0.writeSlots.removeLast() }
        try expectError("no rows") { $0 = StepPlan() }
    }

    @Test("more rows than the runner was made for")
    func limits() throws {
        var random = SeededGenerator(seed: 1)
        let path = TestPath(tokens: Array(0..<13), slots: Array(0..<13))
        for (positions, logits, text) in [(0..<13, 0..<1, "13 rows"), (0..<12, 0..<9, "9 logit rows")] {
            try expectError(text) {
                $0 = StepPlan()
                $0.add(path, positions, logits: logits, random: &random)
            }
        }
    }
}
