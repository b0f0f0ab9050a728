import Foundation

/// What callers on any thread tell the engine's loop, and what the loop shows them.
///
/// All state is guarded by `condition`; the loop sleeps on it while it has nothing to do.
final class EngineMailbox: @unchecked Sendable {
    /// A request on its way to the loop.
    struct Submission: Sendable {
        let id: RequestID
        let request: GenerationRequest
        let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
        let arrival: ContinuousClock.Instant
    }

    /// What the loop has to do before its next step.
    struct Delivery {
        var submissions: [Submission] = []
        /// Without a sample, all of a request's.
        var cancellations: [(request: RequestID, sample: Int?)] = []
        var isStopping = false
        /// Whether running requests are to end, not only new ones to be refused.
        var isAborting = false
    }

    private let condition = NSCondition()
    private let maximumInside: Int
    private var delivery = Delivery()
    private var statistics: EngineStatistics
    private var submittedSamples = 0
    private var requests = 0
    private var rejected = 0
    private var secondsPerSequence = 0.0
    private var hasEnded = false
    private var endWaiters: [CheckedContinuation<Void, Never>] = []

    init(statistics: EngineStatistics, maximumInside: Int) {
        self.statistics = statistics
        self.maximumInside = maximumInside
    }

    // MARK: For callers

    /// Hands a request in.
    func submit(
        _ request: GenerationRequest, events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) throws(EngineError) -> RequestID {
        condition.lock()
        defer { condition.unlock() }
        guard !delivery.isStopping else { throw EngineError(.stopped, "the server is shutting down") }
        let inside = submittedSamples + statistics.running + statistics.waiting
        guard inside + request.samples <= maximumInside else {
            rejected += 1
            let seconds = ServiceRate.retryAfter(
                waiting: submittedSamples + statistics.waiting + request.samples, secondsPerSequence: secondsPerSequence
            )
            throw EngineError(
                .queueFull, "the queue is full: \(inside) sequences run or wait already", retryAfterSeconds: seconds)
        }
        requests += 1
        let id = RequestID(rawValue: requests)
        submittedSamples += request.samples
        delivery.submissions.append(
            Submission(id: id, request: request, events: events, arrival: ContinuousClock.now))
        condition.signal()
        return id
    }

    func cancel(_ id: RequestID, sample: Int?) {
        condition.lock()
        defer { condition.unlock() }
        delivery.cancellations.append((id, sample))
        condition.signal()
    }

    /// Refuses what comes from now on; the loop ends when it is idle, or at once.
    func stop(aborting: Bool) {
        condition.lock()
        defer { condition.unlock() }
        delivery.isStopping = true
        delivery.isAborting = delivery.isAborting || aborting
        condition.signal()
    }

    /// Returns when the loop has ended.
    func waitForEnd() async {
        await withCheckedContinuation { waiter in
            let ended = condition.withLock {
                if !hasEnded { endWaiters.append(waiter) }
                return hasEnded
            }
            if ended { waiter.resume() }
        }
    }

    func readStatistics() -> EngineStatistics {
        condition.withLock {
            var statistics = statistics
            statistics.waiting += submittedSamples
            statistics.rejected = rejected
            return statistics
        }
    }

    // MARK: For the loop

    /// What has come since the last call. Sleeps until there is something if the loop is idle.
    func receive(isIdle: Bool) -> Delivery {
        condition.lock()
        defer { condition.unlock() }
        while isIdle, delivery.submissions.isEmpty, delivery.cancellations.isEmpty, !delivery.isStopping {
            condition.wait()
        }
        defer {
            delivery.submissions.removeAll()
            delivery.cancellations.removeAll()
        }
        return delivery
    }

    /// Shows what the loop holds; what it received last is counted there now.
    func show(_ new: EngineStatistics, received: Int, secondsPerSequence: Double) {
        condition.withLock {
            statistics = new
            submittedSamples -= received
            self.secondsPerSequence = secondsPerSequence
        }
    }

    func end() {
        let waiters = condition.withLock {
            hasEnded = true
            defer { endWaiters.removeAll() }
            return endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
