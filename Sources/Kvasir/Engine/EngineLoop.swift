import KVCache
import Scheduling

/// The loop `receive → plan → run → choose → commit → deliver`, on the one thread that owns all engine state.
final class EngineLoop {
    let mailbox: EngineMailbox
    let cache: KVCache
    let scheduler: Scheduler
    var runner: any ModelRunner
    let namespace: String
    let contextLength: Int
    let endTokens: Set<TokenID>
    var requests: [RequestID: RunningRequest] = [:]
    var owners: [SequenceID: (request: RequestID, sample: Int)] = [:]
    var statistics: EngineStatistics
    var received = 0
    /// Events wait here until the statistics that count them are shown.
    var outbox = Outbox()
    var serviceRate = ServiceRate()
    /// When the last step chose its tokens, if there has been something to do ever since.
    var lastStepEnd: ContinuousClock.Instant?
    /// When the cache's clock began.
    let epoch = ContinuousClock.now
    let onStep: (@Sendable (StepWork, _ seconds: Double) -> Void)?

    init(
        mailbox: EngineMailbox, cache: KVCache, scheduler: Scheduler, runner: any ModelRunner, namespace: String,
        contextLength: Int, endTokens: Set<TokenID>, onStep: (@Sendable (StepWork, _ seconds: Double) -> Void)?
    ) {
        self.mailbox = mailbox
        self.cache = cache
        self.scheduler = scheduler
        self.runner = runner
        self.namespace = namespace
        self.contextLength = contextLength
        self.endTokens = endTokens
        self.onStep = onStep
        statistics = mailbox.readStatistics()
    }

    /// Runs until the mailbox says stop and nothing is left to do.
    func run() {
        while true {
            if scheduler.isIdle { lastStepEnd = nil }
            let delivery = mailbox.receive(isIdle: scheduler.isIdle)
            for submission in delivery.submissions { start(submission) }
            for (id, sample) in delivery.cancellations { cancel(id, sample: sample) }
            if delivery.isAborting {
                for id in requests.keys.sorted(by: { $0.rawValue < $1.rawValue }) { cancel(id, sample: nil) }
            }
            expire()
            step()
            show()
            outbox.send()
            if delivery.isStopping, scheduler.isIdle { break }
        }
        mailbox.end()
    }

    /// A time on the cache's clock.
    func instant(_ time: ContinuousClock.Instant) -> CacheInstant {
        CacheInstant(milliseconds: Int64((time - epoch).seconds * 1_000))
    }

    private func show() {
        if !scheduler.tenants.isEmpty {
            statistics.tenants = scheduler.tenants.map {
                TenantStatistics(
                    salt: $0.namespace.salt ?? "", scheduler: $0, evictions: cache.evictedBlocks(of: $0.namespace))
            }.sorted { $0.salt < $1.salt }
        }
        statistics.scheduler = scheduler.counters
        statistics.cache = cache.statistics
        statistics.running = scheduler.runningCount
        statistics.waiting = scheduler.waitingCount
        mailbox.show(statistics, received: received, secondsPerSequence: serviceRate.secondsPerSequence)
        received = 0
    }
}
