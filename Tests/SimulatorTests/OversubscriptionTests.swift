import Scheduling
import Simulator
import TestSupport
import Testing

@Suite("More sequences than memory, simulated")
struct OversubscriptionTests {
    private static func requests(_ count: Int) -> [TraceRequest] {
        var random = SeededGenerator(seed: 5)
        return (0..<count).map {
            TraceRequest(
                arrival: 0, runs: [], promptTokens: Int.random(in: 10...110, using: &random),
                outputTokens: Int.random(in: 10...150, using: &random), content: Int32($0))
        }
    }

    private static let memory = 2_800

    /// How many sequences memory holds at once: by what they hold on average over the time in which they run.
    private static var fitting: Int {
        let requests = requests(400)
        // A token of an answer is held from its step to the answer's last one.
        let held = requests.reduce(0) { $0 + $1.outputTokens * ($1.promptTokens + $1.outputTokens / 2) }
        return memory * requests.reduce(0) { $0 + $1.outputTokens } / held
    }

    private static func replay(sequences: Int, target: Double? = nil) -> SimulationReport {
        var options = SimulationOptions()
        options.scheduling.targetInterTokenLatency = target
        options.kvTokens = Self.memory
        options.limits.maximumSequences = sequences
        return Simulation(Trace(requests: requests(400), grain: 1), options).run()
    }

    @Test("Throughput stays within 5 % of the best at 1, 1.5, 2 and 4 times what memory holds, and nothing is lost")
    func curve() {
        let fitting = Self.fitting
        let reports = [2, 3, 4, 8].map { Self.replay(sequences: fitting * $0 / 2) }
        let best = reports.map(\.tokensPerSecond).max() ?? 0
        for report in reports {
            #expect(report.tokensPerSecond >= 0.95 * best, "\(reports.map(\.tokensPerSecond))")
            #expect(report.redundancy < 1.05, "\(report.preemptions) preemptions")
        }
        for report in reports { #expect(report.truncated == 0 && report.generatedTokens == reports[0].generatedTokens) }
    }

    @Test("That first tokens go before further ones costs hardly any throughput where sequences come one by one")
    func firstTokens() {
        // A target that is always kept: decodes are in every step.
        let always = Self.replay(sequences: Self.fitting, target: 1_000)
        let sometimes = Self.replay(sequences: Self.fitting)
        #expect(sometimes.tokensPerSecond >= 0.96 * always.tokensPerSecond, "\(sometimes.tokensPerSecond), \(always)")
        #expect(sometimes.ttft.mean <= 1.03 * always.ttft.mean)
    }

    @Test("A pool in which hardly two sequences fit: all end, whole")
    func tiny() {
        var options = SimulationOptions()
        options.kvTokens = 272
        let report = Simulation(Trace(requests: Self.requests(60), grain: 1), options).run()
        #expect(report.requests == 60 && report.truncated == 0)
    }
}
