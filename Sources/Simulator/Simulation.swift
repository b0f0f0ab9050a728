import KVCache
import Scheduling

/// Replays a trace: the engine's own scheduler and cache, with a model that only takes time.
///
///     let report = Simulation(trace, options).run()
///
/// A step takes as long as `StepCost` says; a request that came meanwhile is seen at the step's end. Nothing is random.
public struct Simulation {
    private struct Live {
        var arrival: Double
        var answer: TokenID
        /// Tokens of the answer that are to come.
        var left: Int
        var lastToken: Double?
    }

    private let trace: Trace
    private let options: SimulationOptions

    public init(_ trace: Trace, _ options: SimulationOptions) {
        self.trace = trace
        self.options = options
    }

    /// - Parameter progress: told now and then which share of the requests has arrived.
    public func run(progress: (Double) -> Void = { _ in }) -> SimulationReport {
        let cache = makeCache()
        let fitting = Trace(
            requests: trace.requests.filter { cache.couldHold(tokens: $0.promptTokens) }, grain: trace.grain)
        let scheduler = Scheduler(
            cache: cache, limits: options.limits, policy: options.scheduling, plansSegments: false)
        scheduler.publishesPrompts = options.reuse == .afterPrefill
        var report = SimulationReport()
        report.requests = fitting.requests.count
        report.rejected = trace.requests.count - fitting.requests.count
        report.promptTokens = fitting.promptTokens
        report.distinctTokens = fitting.distinctTokens

        var runner = SimulatedRunner(cost: options.cost)
        var next = 0
        var live: [SequenceID: Live] = [:]
        var firsts: [Double] = []
        var gaps = LatencyHistogram()
        while next < fitting.requests.count || !scheduler.isIdle {
            if scheduler.isIdle, next < fitting.requests.count {
                runner.wait(until: fitting.requests[next].arrival)
            }
            while next < fitting.requests.count, fitting.requests[next].arrival <= runner.now {
                let request = fitting.requests[next]
                let id = scheduler.submit(
                    SequenceRequest(prompt: request.tokens(grain: fitting.grain), maximumTokens: request.outputTokens))
                live[id] = Live(arrival: request.arrival, answer: request.answer, left: request.outputTokens)
                next += 1
                if next % 256 == 0 || next == fitting.requests.count {
                    progress(Double(next) / Double(fitting.requests.count))
                }
            }
            cache.advance(to: CacheInstant(milliseconds: Int64(runner.now * 1_000)))
            var outcomes: [StepOutcome] = []
            let plan = scheduler.plan(ended: &outcomes)
            if !plan.isEmpty {
                _ = runner.run(plan)
                outcomes += scheduler.commit(
                    chosen: scheduler.choices.map { live[$0.sequence]?.answer ?? TokenID(0) },
                    seconds: runner.stepSeconds)
            }
            for outcome in outcomes {
                switch outcome {
                case .prompt: break
                case .token(let id, _):
                    guard let request = live[id] else { continue }
                    if let last = request.lastToken {
                        gaps.record(runner.now - last)
                    } else {
                        firsts.append(runner.now - request.arrival)
                    }
                    live[id]?.lastToken = runner.now
                    live[id]?.left -= 1
                case .finished(let id, _):
                    if let request = live.removeValue(forKey: id), request.left > 0 { report.truncated += 1 }
                }
            }
        }
        report.count(scheduler.counters, cache.totals)
        report.duration = runner.now
        report.ttft = LatencySummary(of: firsts)
        report.itl = gaps.summary
        return report
    }

    private func makeCache() -> KVCache {
        let most = Int(Int32.max) / options.tokensPerBlock
        var cacheOptions = KVCacheOptions()
        let blocks: Int
        if let tokens = options.kvTokens {
            blocks = tokens / options.tokensPerBlock
        } else {
            blocks = trace.requests.reduce(0) {
                $0 + ($1.promptTokens + $1.outputTokens) / options.tokensPerBlock + 3
            }
            cacheOptions.rememberedEvictions = 0
        }
        return KVCache(
            tokensPerBlock: options.tokensPerBlock, blocks: min(max(blocks, 1), most), mode: options.reuse.mode,
            policy: options.policy, options: cacheOptions)
    }
}

extension SimulationReport {
    fileprivate mutating func count(_ counters: SchedulerCounters, _ totals: KVCacheTotals) {
        computedTokens = counters.promptTokens.computed + counters.promptTokensRecomputed
        reusedReady = counters.promptTokens.reusedReady
        reusedInFlight = counters.promptTokens.reusedInFlight
        logitsOnly = counters.promptTokens.logitsOnly
        generatedTokens = counters.generatedTokens
        preemptions = counters.preemptions
        evictedBlocks = totals.evictedBlocks
        steps = counters.steps
    }
}
