import KVCache
import Scheduling

extension EngineLoop {
    /// Ends the requests whose time is over.
    func expire() {
        let now = instant(ContinuousClock.now)
        cache.advance(to: now)
        deliver(scheduler.expire(at: now), logprobs: [:])
    }

    /// Runs a step if there is anything to do.
    func step() {
        var outcomes: [StepOutcome] = []
        let plan = scheduler.plan(ended: &outcomes)
        guard !plan.isEmpty else {
            lastStepEnd = nil
            deliver(outcomes, logprobs: [:])
            return
        }
        let start = ContinuousClock.now
        do {
            let logits = try runner.run(plan)
            let (chosen, logprobs) = choose(logits)
            let end = ContinuousClock.now
            let seconds = (end - start).seconds
            // A client waits from one step's tokens to the next one's, what lies between the steps included.
            outcomes += scheduler.commit(chosen: chosen, seconds: (end - (lastStepEnd ?? start)).seconds)
            lastStepEnd = end
            onStep?(StepWork(of: plan), seconds)
            deliver(outcomes, logprobs: logprobs)
        } catch {
            lastStepEnd = nil
            deliver(outcomes, logprobs: [:])
            for id in scheduler.abandon() { fail(id, error) }
        }
        let seconds = (ContinuousClock.now - start).seconds
        statistics.stepDuration.record(seconds)
        serviceRate.record(seconds: seconds, ended: outcomes.count { if case .finished = $0 { true } else { false } })
    }

    private func choose(_ logits: Logits) -> (chosen: [TokenID], logprobs: [SequenceID: TokenLogprobs]) {
        var chosen: [TokenID] = []
        var logprobs: [SequenceID: TokenLogprobs] = [:]
        for choice in scheduler.choices {
            let (id, row) = (choice.sequence, choice.logits)
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
            case .finished(let id, .deadline):
                timeOut(id)
            case .finished(let id, let end):
                send(id) { .finished(sample: $0, end == .endToken ? .stop : .length) }
                if end == .endToken { statistics.finishedByStop += 1 } else { statistics.finishedByLength += 1 }
                forget(id)
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
}

extension PromptUsage {
    fileprivate init(_ account: PromptAccount) {
        self.init(
            tokens: account.tokens, reusedReady: account.reusedReady, reusedInFlight: account.reusedInFlight,
            computed: account.computed, logitsOnly: account.logitsOnly)
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
