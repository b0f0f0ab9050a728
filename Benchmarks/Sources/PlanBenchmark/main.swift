// How long it takes to decide on a step while many requests wait. Release builds only: swift run -c release PlanBenchmark
//
// Arrivals, cancellations, deadlines, ageing, answers and preemptions go on all the while; times are milliseconds.

import KVCache
import Scheduling

struct Times {
    private var values: [Double] = []

    mutating func add(_ duration: Duration) {
        values.append(Double(duration.components.attoseconds) * 1e-15 + Double(duration.components.seconds) * 1e3)
    }

    func show(_ name: String) {
        let sorted = values.sorted()
        func at(_ percent: Int) -> String {
            let micros = Int(sorted[min(sorted.count - 1, sorted.count * percent / 100)] * 1_000)
            return "\(micros / 1_000)." + String(String(1_000 + micros % 1_000).dropFirst())
        }
        print("  \(name): median \(at(50)), p99 \(at(99)), max \(at(100)), of \(sorted.count)")
    }
}

/// - Parameters:
///   - places: sequences that run at the same time at most; the others wait.
func measure(_ name: String, requests: Int, places: Int, steps: Int) {
    var policy = SchedulingPolicy()
    policy.patience = 20_000
    let rows = max(512, places)
    let scheduler = Scheduler(
        cache: KVCache(tokensPerBlock: 16, blocks: 1 << 18),
        limits: SchedulerLimits(maximumBatchTokens: rows, maximumSequences: places), policy: policy)
    var state: UInt64 = 42
    func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
    var now: Int64 = 0
    var live: [SequenceID] = []
    func submit() {
        let stem = [TokenID](repeating: TokenID(Int32(random(50))), count: 50 + random(200))
        let own = (0...random(60)).map { _ in TokenID(Int32(100 + random(1_000))) }
        live.append(
            scheduler.submit(
                SequenceRequest(
                    prompt: stem + own, namespace: CacheNamespace(salt: "\(random(4))"), maximumTokens: 1 + random(30),
                    weight: random(4) == 0 ? 4 : 1,
                    deadline: random(8) == 0 ? CacheInstant(milliseconds: now + Int64(random(4_000))) : nil)))
    }
    var (plans, commits, expiries, cancellations) = (Times(), Times(), Times(), Times())
    let clock = ContinuousClock()
    var outcomes: [StepOutcome] = []
    for step in 0..<steps {
        now += 10
        while scheduler.waitingCount + scheduler.runningCount < requests { submit() }
        if step % 2 == 0 {
            let id = live.remove(at: random(live.count))
            cancellations.add(clock.measure { scheduler.cancel(id) })
        }
        expiries.add(clock.measure { outcomes = scheduler.expire(at: CacheInstant(milliseconds: now)) })
        plans.add(clock.measure { _ = scheduler.plan(ended: &outcomes) })
        let chosen = scheduler.choices.map { _ in TokenID(Int32(100 + random(1_000))) }
        commits.add(clock.measure { outcomes += scheduler.commit(chosen: chosen, seconds: 0.01) })
        for case .finished(let id, _) in outcomes {
            if let place = live.firstIndex(of: id) { live.remove(at: place) }
        }
    }
    print("\(name) (\(scheduler.runningCount) running, \(scheduler.counters.preemptions) preemptions)")
    plans.show("plan")
    commits.show("commit")
    expiries.show("expire")
    cancellations.show("cancel")
}

measure("10,000 requests, 64 places", requests: 10_000, places: 64, steps: 2_000)
measure("10,000 requests, 512 places", requests: 10_000, places: 512, steps: 1_000)
measure("10,000 requests, all admitted", requests: 10_000, places: 10_000, steps: 1_000)
