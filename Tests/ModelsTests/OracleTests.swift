import Compute
import Foundation
import KVCache
import ModelFiles
import Models
import Scheduling
import Testing

@Suite("The forward pass against llama.cpp")
struct OracleTests {
    static let names = [
        "llama-f32", "qwen2-q8_0", "llama-f16-tied-mha", "llama-bf16-keylength", "llama-q8_0-ropefactors",
        "llama-f16-linear", "qwen2-f32-tied", "qwen2-bf16-mha", "llama-mixed",
    ]

    /// Over how far llama.cpp's own answers move with its rounding (0.004 for F32 to 0.26 for Q8_0 weights, in
    /// log-probability); measured: up to 1.07 against its answers as they are, 1.25 against those without rounding.
    static let tolerance = 1.5

    @Test("greedy continuations are the same, and the ten best log-probabilities of each step close", arguments: names)
    func agrees(name: String) throws {
        let reference = try OracleReference(named: name)
        let team = ThreadTeam(threadCount: 2)
        let model = try Model.load(file: GGUFFile(path: reference.modelPath), team: team)
        let runner = try TransformerRunner(
            model: model, team: team, slotCount: 400, limits: StepLimits(rows: 300, logitRows: 1))
        var stored = Deviation()
        var exact = Deviation()
        for (index, test) in reference.cases.enumerated() {
            var random = SplitMix64(seed: UInt64(index))
            let path = TestPath(tokens: test.prompt + test.tokens, slots: raggedSlots(400, random: &random))
            var computed = 0
            for step in test.tokens.indices {
                var plan = StepPlan()
                let end = test.prompt.count + step
                plan.add(path, computed..<end, logits: end - 1..<end, random: &random)
                computed = end
                let logprobs = logSoftmax(try runner.run(plan)[0])
                let best = logprobs.indices.max { logprobs[$0] < logprobs[$1] }
                // Within the tolerance two tokens are as good as each other.
                if test.stored.lead(step) > Self.tolerance * reference.storedAgainstExact.max {
                    #expect(best == Int(test.tokens[step]), "case \(index), step \(step)")
                }
                stored.add(logprobs, test.stored, step)
                exact.add(logprobs, test.exact, step)
            }
        }
        for (deviation, table) in [(stored, "stored"), (exact, "exact")] {
            let limit = reference.storedAgainstExact
            #expect(deviation.max <= Self.tolerance * limit.max, "\(table): largest difference")
            #expect(deviation.mean <= Self.tolerance * limit.mean, "\(table): mean difference")
        }
    }

    private func logSoftmax(_ logits: UnsafeBufferPointer<Float>) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        let total = logits.reduce(0) { $0 + exp(Double($1) - largest) }
        return logits.map { Double($0) - largest - log(total) }
    }

    /// Differences of log-probabilities.
    private struct Deviation {
        var max = 0.0
        var sum = 0.0
        var count = 0
        var mean: Double { sum / Double(count) }

        mutating func add(_ logprobs: [Double], _ table: OracleReference.Table, _ step: Int) {
            for (id, logprob) in zip(table.ids[step], table.logprobs[step]) {
                let difference = abs(logprobs[id] - logprob)
                max = Swift.max(max, difference)
                sum += difference
                count += 1
            }
        }
    }
}
