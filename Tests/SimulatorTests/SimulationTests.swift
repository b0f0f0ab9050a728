import Foundation
import KVCache
import Scheduling
import Simulator
import TestSupport
import Testing

@Suite("The simulator")
struct SimulationTests {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/traces")

    static func fixture(_ name: String) throws -> Trace {
        try Trace.read([UInt8](Data(contentsOf: folder.appending(path: name))))
    }

    static func options(_ change: (inout SimulationOptions) -> Void) -> SimulationOptions {
        var options = SimulationOptions()
        change(&options)
        return options
    }

    @Test(
        "With unlimited memory every distinct token is computed once, whatever the block size, rate and batch",
        arguments: ["mooncake.jsonl", "runs.jsonl", "azure.csv"], [2, 16, 100])
    func redundancy(name: String, tokensPerBlock: Int) throws {
        for (rate, rows, sequences) in [(1.0, 2_048, 256), (1_000, 64, 3), (5, 300, 40)] {
            let trace = try Self.fixture(name).scaled(rate: rate)
            let report = Simulation(
                trace,
                Self.options {
                    $0.tokensPerBlock = tokensPerBlock
                    $0.limits = SchedulerLimits(maximumBatchTokens: rows, maximumSequences: sequences)
                }
            ).run()
            #expect(report.requests == trace.requests.count && report.truncated == 0)
            #expect(report.computedTokens == trace.distinctTokens, "rate \(rate)")
            #expect(report.hitRate == report.possibleHitRate && report.redundancy == 1)
            #expect(report.generatedTokens == trace.requests.reduce(0) { $0 + $1.outputTokens })
        }
    }

    @Test("Random traces: the same, checked against a set of prefixes")
    func randomTraces() {
        for seed in UInt64(0)..<30 {
            var random = SeededGenerator(seed: seed)
            let grain = Int.random(in: 1...9, using: &random)
            var names: [[Int32]: Int32] = [:]
            let requests = (0..<Int.random(in: 1...30, using: &random)).map { index in
                var way: [Int32] = []
                let runs = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    way.append(Int32.random(in: 0..<2, using: &random))
                    let id = names[way] ?? Int32(names.count)
                    names[way] = id
                    return TraceRequest.Run(first: id, count: 1)
                }
                return TraceRequest(
                    arrival: Double.random(in: 0...3, using: &random), runs: runs,
                    promptTokens: Int.random(in: 1...60, using: &random),
                    outputTokens: Int.random(in: 1...9, using: &random), content: Int32(index))
            }
            let trace = Trace(requests: requests, grain: grain)
                .fannedOut(copies: Int.random(in: 1...4, using: &random), within: 1, seed: seed)
            let report = Simulation(
                trace,
                Self.options {
                    $0.tokensPerBlock = Int.random(in: 2...20, using: &random)
                    $0.limits = SchedulerLimits(
                        maximumBatchTokens: Int.random(in: 8...64, using: &random), maximumSequences: 8)
                }
            ).run()
            #expect(report.computedTokens == trace.distinctTokens, "seed \(seed)")
            #expect(report.hitRate == report.possibleHitRate, "seed \(seed)")
        }
    }

    @Test("Copies sent together: early reuse computes once, reuse after completion hardly shares")
    func fanOut() throws {
        let trace = try Self.fixture("runs.jsonl").fannedOut(copies: 4, within: 1, seed: 7)
        func redundancy(_ mode: SimulatedReuse) -> Double {
            Simulation(
                trace,
                Self.options {
                    $0.reuse = mode
                    $0.limits.maximumSequences = 8
                    $0.cost.step = 0.2
                }
            ).run().redundancy
        }
        #expect(redundancy(.early) == 1)
        #expect(redundancy(.completed) > 2)
        #expect((1...redundancy(.completed)).contains(redundancy(.afterPrefill)))
        #expect(redundancy(.off) > redundancy(.completed))
    }

    @Test(
        "Published after prefill: who comes while the answer is being written reuses the prompt, who came before does not"
    )
    func afterPrefill() {
        func replay(_ arrival: Double, _ mode: SimulatedReuse) -> SimulationReport {
            let first = TraceRequest(
                arrival: 0, runs: [.init(first: 0, count: 1)], promptTokens: 100, outputTokens: 50, content: 0)
            var second = first
            second.arrival = arrival
            let options = Self.options {
                $0.reuse = mode
                $0.limits = SchedulerLimits(maximumBatchTokens: 10, maximumSequences: 2)
                $0.cost = StepCost(list: "1,0") ?? StepCost()
            }
            return Simulation(Trace(requests: [first, second], grain: 100), options).run()
        }
        // Ten steps for a prompt alone.
        #expect(replay(5, .early).computedTokens == 100)
        #expect(replay(5, .afterPrefill).computedTokens == 200)
        #expect(replay(20, .afterPrefill).computedTokens == 100)
        #expect(replay(20, .completed).computedTokens == 200)
        #expect(replay(70, .completed).computedTokens == 100)
    }

    @Test("Equal replays give equal bytes, also with too little memory; nothing is lost then")
    func deterministic() throws {
        let trace = try Self.fixture("mooncake.jsonl").fannedOut(copies: 3, within: 1, seed: 2)
        let options = Self.options {
            $0.kvTokens = 12_000
            $0.limits = SchedulerLimits(maximumBatchTokens: 256, maximumSequences: 30)
            $0.policy = SecondChanceLRU()
        }
        let report = Simulation(trace, options).run()
        #expect(report.json == Simulation(trace, options).run().json)
        #expect(report.evictedBlocks > 0 && report.redundancy >= 1)
        #expect(
            report.promptTokens == report.computedTokens + report.reusedReady + report.reusedInFlight
                + report.logitsOnly)
        #expect(trace != (try Self.fixture("mooncake.jsonl").fannedOut(copies: 3, within: 1, seed: 3)))
    }

    @Test("Prompts that do not fit are rejected, answers that do not fit are cut")
    func tooLong() {
        let requests = [
            TraceRequest(arrival: 0, runs: [], promptTokens: 200, outputTokens: 1, content: 0),
            TraceRequest(arrival: 0, runs: [], promptTokens: 30, outputTokens: 90, content: 1),
            TraceRequest(arrival: 0, runs: [], promptTokens: 30, outputTokens: 9, content: 2),
        ]
        let report = Simulation(Trace(requests: requests, grain: 1), Self.options { $0.kvTokens = 64 }).run()
        #expect(report.requests == 2 && report.rejected == 1 && report.truncated == 1)
    }

    @Test("A lone request's first token comes after its prompt's steps, each as long as the cost model says")
    func clock() {
        let request = TraceRequest(arrival: 5, runs: [], promptTokens: 100, outputTokens: 3, content: 0)
        let options = Self.options {
            $0.limits = SchedulerLimits(maximumBatchTokens: 60, maximumSequences: 1)
            $0.cost.step = 1
            $0.cost.row = 0.25
            $0.cost.pair = 0
            $0.cost.read = 0.5
        }
        let report = Simulation(Trace(requests: [request], grain: 1), options).run()
        let prefill = 2.0 + 0.25 * 100 + 0.5 * (60 + 100)
        #expect(report.ttft.mean == prefill && report.steps == 4)
        #expect(report.duration == 5 + prefill + 2 * 1.25 + 0.5 * (101 + 102))
    }
}
