import KVCache
import Scheduling

/// The loop `receive → plan → run → choose → commit → deliver`, on the one thread that owns all engine state.
final class EngineLoop {
    private let mailbox: EngineMailbox
    private let cache: KVCache
    private let scheduler: Scheduler
    private var runner: any ModelRunner
    private let namespace: String
    private let contextLength: Int
    private let endTokens: Set<TokenID>
    private var requests: [RequestID: RunningRequest] = [:]
    private var owners: [SequenceID: (request: RequestID, sample: Int)] = [:]
    private var statistics: EngineStatistics
    private var received = 0
    /// Events wait here until the statistics that count them are shown.
    private var outbox = Outbox()
    private var lastFinish: ContinuousClock.Instant?
    private var secondsPerFinish: Double?

    init(
        mailbox: EngineMailbox, cache: KVCache, scheduler: Scheduler, runner: any ModelRunner, namespace: String,
        contextLength: Int, endTokens: Set<TokenID>
    ) {
        self.mailbox = mailbox
        self.cache = cache
        self.scheduler = scheduler
        self.runner = runner
        self.namespace = namespace
        self.contextLength = contextLength
        self.endTokens = endTokens
        statistics = mailbox.readStatistics()
    }

    /// Runs until the mailbox says stop and nothing is left to do.
    func run() {
        while true {
            let delivery = mailbox.receive(isIdle: scheduler.isIdle)
            for submission in delivery.submissions { start(submission) }
            for (id, sample) in delivery.cancellations { cancel(id, sample: sample) }
            if delivery.isAborting {
                for id in requests.keys.sorted(by: { $0.rawValue < $1.rawValue }) { cancel(id, sample: nil) }
            }
            step()
            show()
            outbox.send()
            if delivery.isStopping, scheduler.isIdle { break }
        }
        mailbox.end()
    }

    // MARK: Requests

    private func start(_ submission: EngineMailbox.Submission) {
        let request = submission.request
        received += request.samples
        let room = contextLength - request.prompt.count
        let seed = request.sampling.seed ?? UInt64.random(in: .min ... .max)
        var running = RunningRequest(submission)
        for sample in 0..<request.samples {
            let id = scheduler.submit(
                SequenceRequest(
                    prompt: request.prompt, namespace: CacheNamespace(model: namespace, salt: request.cacheSalt),
                    maximumTokens: min(request.maximumTokens ?? room, room),
                    endTokens: request.ignoresEndOfGeneration ? [] : endTokens))
            owners[id] = (submission.id, sample)
            running.sequences[id] = RunningRequest.Sample(
                sampler: Sampler(parameters: request.sampling, seed: seed, sample: sample))
        }
        requests[submission.id] = running
    }

    private func cancel(_ id: RequestID, sample: Int?) {
        guard let request = requests[id] else { return }
        for sequence in request.sequences.keys where sample == nil || owners[sequence]?.sample == sample {
            scheduler.cancel(sequence)
            statistics.cancelled += 1
            forget(sequence)
        }
    }

    // MARK: Steps

    private func step() {
        var outcomes: [StepOutcome] = []
        let plan = scheduler.plan(ended: &outcomes)
        guard !plan.isEmpty else {
            deliver(outcomes, logprobs: [:])
            return
        }
        let start = ContinuousClock.now
        do {
            let logits = try runner.run(plan)
            let (chosen, logprobs) = choose(logits)
            outcomes += scheduler.commit(chosen: chosen)
            deliver(outcomes, logprobs: logprobs)
        } catch {
            deliver(outcomes, logprobs: [:])
            for id in scheduler.abandon() { fail(id, error) }
        }
        statistics.stepDuration.record((ContinuousClock.now - start).seconds)
    }

    private func choose(_ logits: Logits) -> (chosen: [TokenID], logprobs: [SequenceID: TokenLogprobs]) {
        var chosen: [TokenID] = []
        var logprobs: [SequenceID: TokenLogprobs] = [:]
        for (row, id) in scheduler.choosingSequences.enumerated() {
            guard let owner = owners[id], let request = requests[owner.request], let sample = request.sequences[id]
            else {
                chosen.append(TokenID(0))
                continue
            }
            let token = sample.sampler.choose(from: logits[row], index: sample.generated)
            chosen.append(token)
            if let count = request.topLogprobs {
                logprobs[id] = TokenLogprobs(of: token, in: logits[row], top: count)
            }
        }
        return (chosen, logprobs)
    }

    private func deliver(_ outcomes: [StepOutcome], logprobs: [SequenceID: TokenLogprobs]) {
        let now = ContinuousClock.now
        for outcome in outcomes {
            switch outcome {
            case .prompt(let id, let account):
                send(id) { .prompt(sample: $0, PromptUsage(account)) }
            case .token(let id, let token):
                recordToken(of: id, at: now)
                send(id) { .token(sample: $0, GeneratedToken(token: token, logprobs: logprobs[id])) }
            case .finished(let id, let end):
                send(id) { .finished(sample: $0, end == .endToken ? .stop : .length) }
                finish(id, end, at: now)
            }
        }
    }

    private func send(_ id: SequenceID, _ event: (Int) -> GenerationEvent) {
        guard let owner = owners[id], let request = requests[owner.request] else { return }
        outbox.add(event(owner.sample), to: request.events)
    }

    private func recordToken(of id: SequenceID, at now: ContinuousClock.Instant) {
        guard let owner = owners[id], let request = requests[owner.request], let sample = request.sequences[id] else {
            return
        }
        if let last = sample.lastToken {
            statistics.interTokenLatency.record((now - last).seconds)
        } else {
            statistics.timeToFirstToken.record((now - request.arrival).seconds)
        }
        requests[owner.request]?.sequences[id]?.lastToken = now
        requests[owner.request]?.sequences[id]?.generated += 1
    }

    private func finish(_ id: SequenceID, _ end: SequenceEnd, at now: ContinuousClock.Instant) {
        if end == .endToken { statistics.finishedByStop += 1 } else { statistics.finishedByLength += 1 }
        if let lastFinish {
            let seconds = (now - lastFinish).seconds
            secondsPerFinish = secondsPerFinish.map { 0.9 * $0 + 0.1 * seconds } ?? seconds
        }
        lastFinish = now
        forget(id)
    }

    private func fail(_ id: SequenceID, _ error: any Error) {
        statistics.failed += 1
        guard let owner = owners[id], let request = requests.removeValue(forKey: owner.request) else { return }
        for sequence in request.sequences.keys {
            scheduler.cancel(sequence)
            owners[sequence] = nil
        }
        outbox.end(request.events, throwing: EngineError(.failed, "the model could not run: \(error)"))
    }

    /// Removes a sequence that ended. The events of its request end with the last one.
    private func forget(_ id: SequenceID) {
        guard let owner = owners.removeValue(forKey: id) else { return }
        requests[owner.request]?.sequences[id] = nil
        guard let request = requests[owner.request], request.sequences.isEmpty else { return }
        requests[owner.request] = nil
        outbox.end(request.events)
    }

    private func show() {
        statistics.scheduler = scheduler.counters
        statistics.cache = cache.statistics
        statistics.running = scheduler.runningCount
        statistics.waiting = scheduler.waitingCount
        mailbox.show(statistics, received: received, secondsPerFinish: secondsPerFinish)
        received = 0
    }
}

/// What the loop keeps of a request.
private struct RunningRequest {
    struct Sample {
        let sampler: Sampler
        var generated = 0
        var lastToken: ContinuousClock.Instant?
    }

    let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    let arrival: ContinuousClock.Instant
    let topLogprobs: Int?
    /// The samples that have not ended.
    var sequences: [SequenceID: Sample] = [:]

    init(_ submission: EngineMailbox.Submission) {
        events = submission.events
        arrival = submission.arrival
        topLogprobs = submission.request.topLogprobs
    }
}

extension PromptUsage {
    fileprivate init(_ account: PromptAccount) {
        self.init(
            tokens: account.tokens, reusedReady: account.reusedReady, reusedInFlight: account.reusedInFlight,
            computed: account.computed, logitsOnly: account.logitsOnly)
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
