import KVCache
import Scheduling
import TestSupport

/// Drives a scheduler and a toy model as the engine would, one greedy step after another.
struct SimulatedEngine {
    let scheduler: Scheduler
    let cache: KVCache
    var runner = ToyRunner()
    private(set) var outputs: [SequenceID: [TokenID]] = [:]
    private(set) var prompts: [SequenceID: PromptAccount] = [:]
    private(set) var ends: [SequenceID: SequenceEnd] = [:]
    private(set) var failed: Set<SequenceID> = []

    /// Watches that nobody is passed over for too long, if it is there.
    var bound: PassingBound?
    /// How long a step takes, in seconds.
    var seconds: (StepPlan) -> Double? = { _ in nil }

    init(
        mode: ReuseMode, tokensPerBlock: Int, blocks: Int, limits: SchedulerLimits = SchedulerLimits(),
        policy: SchedulingPolicy = SchedulingPolicy()
    ) {
        cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: blocks, mode: mode)
        scheduler = Scheduler(cache: cache, limits: limits, policy: policy)
    }

    /// Ends what is over at a time in milliseconds.
    mutating func expire(at now: Int64) {
        cache.advance(to: CacheInstant(milliseconds: now))
        for case .finished(let id, let end) in scheduler.expire(at: CacheInstant(milliseconds: now)) { ends[id] = end }
    }

    /// Plans, runs and commits a step. Returns the plan, empty if there was nothing to do.
    @discardableResult
    mutating func step() -> StepPlan {
        var outcomes: [StepOutcome] = []
        let plan = scheduler.plan(ended: &outcomes)
        bound?.planned()
        if !plan.isEmpty {
            do {
                let logits = try runner.run(plan)
                outcomes += scheduler.commit(
                    chosen: scheduler.choices.map { Self.greedy(Array(logits[$0.logits])) }, seconds: seconds(plan))
            } catch {
                failed.formUnion(scheduler.abandon())
            }
        }
        for outcome in outcomes {
            switch outcome {
            case .prompt(let id, let account): prompts[id] = account
            case .token(let id, let token): outputs[id, default: []].append(token)
            case .finished(let id, let end): ends[id] = end
            }
        }
        bound?.ended()
        return plan
    }

    /// What a request's output must be, whatever else runs.
    static func reference(_ request: SequenceRequest) -> (tokens: [TokenID], end: SequenceEnd) {
        var tokens: [TokenID] = []
        while tokens.count < request.maximumTokens {
            let next = greedy(
                ToyRunner.logits(after: request.prompt + tokens, vocabularySize: ToyRunner().vocabularySize))
            if request.endTokens.contains(next) { return (tokens, .endToken) }
            tokens.append(next)
        }
        return (tokens, .length)
    }

    private static func greedy(_ logits: [Float]) -> TokenID {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] { best = index }
        return TokenID(Int32(best))
    }
}
