import KVCache
import Scheduling

extension EngineLoop {
    func start(_ submission: EngineMailbox.Submission) {
        let request = submission.request
        received += request.samples
        let room = contextLength - request.prompt.count
        let seed = request.sampling.seed ?? UInt64.random(in: .min ... .max)
        // Never too early: the clock counts whole milliseconds.
        let deadline = request.timeout.map { instant(submission.arrival + $0 + .milliseconds(1)) }
        var running = RunningRequest(submission)
        for sample in 0..<request.samples {
            let id = scheduler.submit(
                SequenceRequest(
                    prompt: request.prompt, namespace: CacheNamespace(model: namespace, salt: request.cacheSalt),
                    maximumTokens: min(request.maximumTokens ?? room, room),
                    endTokens: request.ignoresEndOfGeneration ? [] : endTokens, weight: request.weight,
                    deadline: deadline, retention: request.retention))
            owners[id] = (submission.id, sample)
            running.sequences[id] = RunningRequest.Sample(
                sampler: Sampler(parameters: request.sampling, seed: seed, sample: sample))
        }
        requests[submission.id] = running
    }

    func cancel(_ id: RequestID, sample: Int?) {
        guard let request = requests[id] else { return }
        for sequence in request.sequences.keys where sample == nil || owners[sequence]?.sample == sample {
            scheduler.cancel(sequence)
            statistics.cancelled += 1
            forget(sequence)
        }
    }

    func fail(_ id: SequenceID, _ error: any Error) {
        statistics.failed += 1
        end(id, EngineError(.failed, "the model could not run: \(error)"))
    }

    /// A sequence's time is over, and so is that of its request's others.
    func timeOut(_ id: SequenceID) {
        statistics.timedOut += 1
        guard let owner = owners[id], let timeout = requests[owner.request]?.timeout else { return }
        end(
            id,
            EngineError(.timedOut, "the request was not done within its timeout of \(timeout)", parameter: "timeout"))
    }

    /// Ends the request of a sequence with an error.
    private func end(_ id: SequenceID, _ error: EngineError) {
        guard let owner = owners[id], let request = requests.removeValue(forKey: owner.request) else { return }
        for sequence in request.sequences.keys {
            scheduler.cancel(sequence)
            owners[sequence] = nil
        }
        outbox.end(request.events, throwing: error)
    }

    /// Removes a sequence that ended. The events of its request end with the last one.
    func forget(_ id: SequenceID) {
        guard let owner = owners.removeValue(forKey: id) else { return }
        requests[owner.request]?.sequences[id] = nil
        guard let request = requests[owner.request], request.sequences.isEmpty else { return }
        requests[owner.request] = nil
        outbox.end(request.events)
    }
}
