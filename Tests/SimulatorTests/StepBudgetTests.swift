import Scheduling
import Simulator
import Testing

@Suite("Decodes beside prompts, simulated")
struct StepBudgetTests {
    private static func own(_ index: Int, at arrival: Double, prompt: Int, output: Int) -> TraceRequest {
        TraceRequest(arrival: arrival, runs: [], promptTokens: prompt, outputTokens: output, content: Int32(index))
    }

    private static func replay(_ requests: [TraceRequest], target: Double?) -> SimulationReport {
        var options = SimulationOptions()
        options.tokensPerBlock = 64
        options.scheduling.targetInterTokenLatency = target
        return Simulation(Trace(requests: requests, grain: 1), options).run()
    }

    @Test(
        "While 100 prompts of 4,000 tokens come, decodes keep their pace and prefill loses little",
        arguments: [0.05, 0.08])
    func floods(target: Double) {
        let decoders = (0..<8).map { Self.own($0, at: 0, prompt: 100, output: 600) }
        let flood = (0..<100).map { Self.own(100 + $0, at: 1 + Double($0) / 50, prompt: 4_000, output: 1) }
        let free = Self.replay(decoders + flood, target: nil)
        let paced = Self.replay(decoders + flood, target: target)
        #expect(paced.itl.p99 <= 1.5 * target, "\(paced.itl)")
        #expect(free.itl.p99 > paced.itl.p99)
        // All 100 are computed at the p99 of all 108.
        #expect(free.ttft.p99 >= 0.85 * paced.ttft.p99, "\(free.ttft.p99) to \(paced.ttft.p99)")
        #expect(paced.redundancy == 1)
    }

    @Test("Tiny prompts that come behind a very long one are not held up by it")
    func longPrompt() {
        let long = Self.own(0, at: 0, prompt: 100_000, output: 1)
        let tiny = (1...50).map { Self.own($0, at: 0.5 + Double($0) / 100, prompt: 50, output: 1) }
        let report = Self.replay([long] + tiny, target: nil)
        #expect(report.ttft.p50 < 0.5, "about a step or two, not the long prompt's seconds: \(report.ttft)")
        #expect(report.ttft.p95 < 0.8 && report.ttft.p99 > 4)
    }
}
