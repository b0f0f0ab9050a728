import Scheduling
import Simulator

/// The least mean time to first token that one machine can reach: each distinct token is computed once, at the rate of a single prefill,
/// in the order that Horn's algorithm gives, and nothing else takes time.
///
/// It is a bound for a burst with a linear cost; with arrivals over time it is what the best order known so far reaches.
public struct PrefillBound: Sendable, Equatable {
    /// Seconds a token takes.
    public var row: Double
    /// Seconds a token takes for each token that it attends to.
    public var pair: Double

    public init(row: Double, pair: Double) {
        self.row = row
        self.pair = pair
    }

    /// The rates of a measured prefill, from the times of two lengths.
    ///
    ///     seconds = row × tokens + pair × tokens × (tokens + 1) / 2
    public init(short: (tokens: Int, seconds: Double), long: (tokens: Int, seconds: Double)) {
        func pairs(_ tokens: Int) -> Double { Double(tokens) * Double(tokens + 1) / 2 }
        let (a, b) = (Double(short.tokens), pairs(short.tokens))
        let (c, d) = (Double(long.tokens), pairs(long.tokens))
        let determinant = a * d - b * c
        let pair = determinant == 0 ? 0 : (a * long.seconds - c * short.seconds) / determinant
        let row = determinant == 0 ? 0 : (short.seconds * d - long.seconds * b) / determinant
        if pair > 0, row > 0 {
            self.init(row: row, pair: pair)
        } else {
            self.init(row: long.seconds / max(c, 1), pair: 0)
        }
    }

    /// The seconds of one prefill.
    public func seconds(tokens: Int) -> Double {
        row * Double(tokens) + pair * Double(tokens) * Double(tokens + 1) / 2
    }

    /// A step has to have room for each sequence, and is to be short beside a user's own tokens: so each token is cut into as many parts.
    private static let parts: Int32 = 8

    /// The mean time to first token of those who stay.
    ///
    /// - Parameter known: what is computed already.
    public func meanTimeToFirstToken(_ plan: LoadPlan, known: [[Int32]] = []) -> Double? {
        guard let prompts = plan.tokens(staying: true), !prompts.isEmpty else { return nil }
        let visits = plan.requests.map(\.visit).filter { $0.leavesAfter == nil }
        var tree = PromptTree()
        func request(_ prompt: [Int32], at arrival: Double) -> TraceRequest {
            var runs: [TraceRequest.Run] = []
            for node in tree.insert(prompt) {
                let first = node * Self.parts
                if let last = runs.last, last.first + last.count == first {
                    runs[runs.count - 1].count += Self.parts
                } else {
                    runs.append(TraceRequest.Run(first: first, count: Self.parts))
                }
            }
            return TraceRequest(
                arrival: arrival, runs: runs, promptTokens: prompt.count * Int(Self.parts), outputTokens: 1,
                content: 0)
        }
        let parts = Double(Self.parts)
        var options = SimulationOptions()
        options.cost.step = 0
        options.cost.read = 0
        options.cost.row = row / parts
        options.cost.pair = pair / parts / parts
        options.tokensPerBlock = 128
        let rows = max(64, prompts.count, known.count)
        options.limits = SchedulerLimits(maximumBatchTokens: rows, maximumSequences: rows)
        options.scheduling.prefillCost = PrefillCost(attention: row > 0 ? pair / row / parts : 0)
        options.scheduling.patience = .infinity

        // What is known is computed first, in the time of a run of its own, which then is taken off.
        let before = known.map { request($0, at: 0) }
        let start = before.isEmpty ? 0 : Simulation(Trace(requests: before, grain: 1), options).run().duration
        let requests = zip(prompts, visits).map { request($0, at: start + $1.at) }
        let all = Simulation(Trace(requests: before + requests, grain: 1), options).run()
        let total = all.ttft.mean * Double(before.count + requests.count)
        let knownTotal =
            before.isEmpty
            ? 0 : Simulation(Trace(requests: before, grain: 1), options).run().ttft.mean * Double(before.count)
        return (total - knownTotal) / Double(requests.count)
    }
}
