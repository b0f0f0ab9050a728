import KVCache
import TestSupport
import Testing

@testable import Scheduling

/// Bursts of prompts that share beginnings, computed on a clock that counts rows.
@Suite("Prefill order")
struct BurstOrderTests {
    /// Prompts on a random tree, none of them a beginning of another.
    struct Burst {
        var prompts: [[TokenID]] = []
        /// The same as jobs, made from how the prompts were made and not from the cache.
        var forest = OutForest()

        init(_ count: Int, longest: Int, _ random: inout SeededGenerator) {
            var stems: [(tokens: [TokenID], job: Int)] = []
            var used: Int32 = 0
            func piece(_ longest: Int) -> [TokenID] {
                used += 1
                return Array(repeating: TokenID(used), count: Int.random(in: 1...longest, using: &random))
            }
            func makeJob(_ cost: Int, parent: Int, weight: Double) -> Int {
                forest.jobs.append(
                    OutForest.Job(parent: parent, cost: Double(cost), weight: weight, rank: forest.jobs.count))
                return forest.jobs.count - 1
            }
            for _ in 0..<max(1, count / 3) {
                let own = piece(longest)
                let stem = random.oneIn(3) ? nil : stems.randomElement(using: &random)
                stems.append(((stem?.tokens ?? []) + own, makeJob(own.count, parent: stem?.job ?? -1, weight: 0)))
            }
            for _ in 0..<count {
                let own = piece(random.oneIn(3) ? longest : longest / 8)
                let stem = random.oneIn(5) ? nil : stems.randomElement(using: &random)
                prompts.append((stem?.tokens ?? []) + own)
                _ = makeJob(own.count, parent: stem?.job ?? -1, weight: 1)
            }
        }

        /// The least mean of the prompts' ends, in rows.
        var optimum: Double {
            var time = 0.0
            return forest.hornOrder().map(\.job).reduce(0) {
                time += forest.jobs[$1].cost
                return $0 + forest.jobs[$1].weight * time
            } / Double(prompts.count)
        }
    }

    /// The mean of the prompts' ends, in rows.
    static func meanEnd(_ prompts: [[TokenID]], _ order: PrefillOrder, rows: Int, tokensPerBlock: Int) -> Double {
        let cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: 1 << 20)
        var policy = SchedulingPolicy()
        policy.prefillOrder = order
        policy.prefillCost = PrefillCost(attention: 0)
        let scheduler = Scheduler(
            cache: cache, limits: SchedulerLimits(maximumBatchTokens: rows, maximumSequences: rows), policy: policy)
        for prompt in prompts { _ = scheduler.submit(SequenceRequest(prompt: prompt, maximumTokens: 1)) }
        var time = 0
        var sum = 0
        var outcomes: [StepOutcome] = []
        while !scheduler.isIdle {
            let plan = scheduler.plan(ended: &outcomes)
            time += plan.tokens.count
            sum += time * scheduler.choices.count
            _ = scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
        }
        return Double(sum) / Double(prompts.count)
    }

    @Test(
        "Bursts of 2 to 200: the mean is within 2 % of the optimum, and never behind other orders",
        arguments: [2, 3, 8, 30, 200])
    func bursts(count: Int) {
        let seeds = count > 20 ? 1.0 : 4
        var sums: [PrefillOrder: Double] = [:]
        for seed in UInt64(0)..<UInt64(seeds) {
            var random = SeededGenerator(seed: seed)
            // A step is short against the prompts: nothing can end within a step.
            let rows = max(4, count)
            let burst = Burst(count, longest: count > 50 ? 2_000 : 100 * rows, &random)
            let optimum = burst.optimum
            for order in PrefillOrder.allCases {
                let mean = Self.meanEnd(burst.prompts, order, rows: rows, tokensPerBlock: 100)
                sums[order, default: 0] += mean / optimum
                if order == .horn { #expect(mean <= 1.02 * optimum + Double(rows), "seed \(seed), \(mean / optimum)") }
            }
        }
        #expect((sums[.horn] ?? 0) <= min(sums[.arrival] ?? 0, sums[.longestPrefix] ?? 0) * 1.0001)
        #expect((sums[.horn] ?? 0) <= 1.02 * seeds)
    }

    @Test("Short suffixes behind a shared prefix: large steps end early, and the mean stays near the optimum")
    func suffixes() {
        let prefix = Array(repeating: TokenID(1), count: 1_024)
        let prompts = (0..<16).map { prefix + Array(repeating: TokenID(Int32(2 + $0)), count: 32) }
        let mean = Self.meanEnd(prompts, .horn, rows: 512, tokensPerBlock: 16)
        // One prompt at a time would be ready at 1,024 + 32, + 64 …; steps of two prompts are each ready with their last.
        #expect(mean == 1_024 + 64 * 4.5)
        // Prompts whose tokens all are in the step come with it, however large it is.
        let same = Array(repeating: prompts[0], count: 9)
        #expect(Self.meanEnd(same, .horn, rows: 512, tokensPerBlock: 16) == 1_056)
    }

    @Test("Small bursts: the best of all orders of the prompts")
    func bruteForce() {
        for seed in UInt64(0)..<12 {
            var random = SeededGenerator(seed: seed)
            let burst = Burst(Int.random(in: 2...4, using: &random), longest: 40, &random)
            var best = Double.infinity
            Self.permute(Array(burst.prompts.indices)) { order in
                // With one row a step, prompts are computed one after another, in the order in which they come.
                best = min(best, Self.meanEnd(order.map { burst.prompts[$0] }, .arrival, rows: 5, tokensPerBlock: 7))
            }
            let mean = Self.meanEnd(burst.prompts, .horn, rows: 5, tokensPerBlock: 7)
            #expect(mean <= best + 5, "seed \(seed): \(mean) against \(best)")
        }
    }

    @Test("A prompt that others pass is computed once its patience is over, half of each step at least")
    func bound() {
        for seed in UInt64(0)..<20 {
            var random = SeededGenerator(seed: seed)
            let cache = KVCache(tokensPerBlock: 16, blocks: 1 << 16)
            var policy = SchedulingPolicy()
            policy.prefillCost = PrefillCost(attention: 0)
            policy.patience = 600
            policy.efficientRows = Int.random(in: 1...64, using: &random)
            let rows = Int.random(in: 16...64, using: &random)
            let scheduler = Scheduler(
                cache: cache, limits: SchedulerLimits(maximumBatchTokens: rows, maximumSequences: 16), policy: policy)
            let length = Int.random(in: 300...900, using: &random)
            var used: Int32 = 0
            func prompt(_ count: Int) -> [TokenID] {
                used += 1
                return Array(repeating: TokenID(used), count: count)
            }
            var outcomes: [StepOutcome] = []
            var ahead = 0
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let count = Int.random(in: 1...200, using: &random)
                ahead += count
                _ = scheduler.submit(SequenceRequest(prompt: prompt(count), maximumTokens: 1))
            }
            let long = scheduler.submit(SequenceRequest(prompt: prompt(length), maximumTokens: 1))
            // Short prompts come as fast as they are computed: without a bound the long one would wait for ever.
            var work = 0
            var isDone = false
            while !isDone {
                while scheduler.waitingCount + scheduler.runningCount < 14 {
                    _ = scheduler.submit(
                        SequenceRequest(prompt: prompt(Int.random(in: 5...20, using: &random)), maximumTokens: 1))
                }
                let plan = scheduler.plan(ended: &outcomes)
                work += plan.tokens.count
                isDone = scheduler.choices.contains { $0.sequence == long }
                _ = scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
            }
            #expect(work >= 600, "short prompts go first")
            // Others that became overdue before it were there when it came.
            #expect(work <= 600 + 2 * (length + ahead) + 3 * rows, "seed \(seed)")
        }
    }

    @Test("With one row a step, who is overdue has it")
    func oneRow() {
        var policy = SchedulingPolicy()
        policy.patience = 5
        let scheduler = Scheduler(
            cache: KVCache(tokensPerBlock: 16, blocks: 10),
            limits: SchedulerLimits(maximumBatchTokens: 1, maximumSequences: 1), policy: policy)
        _ = scheduler.submit(SequenceRequest(prompt: Array(repeating: 1, count: 20), maximumTokens: 1))
        var outcomes: [StepOutcome] = []
        for _ in 0..<20 {
            let plan = scheduler.plan(ended: &outcomes)
            #expect(plan.tokens.count == 1)
            _ = scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
        }
        #expect(scheduler.isIdle)
    }

    @Test("Weight moves a request forward")
    func weight() {
        let cache = KVCache(tokensPerBlock: 16, blocks: 1_000)
        let scheduler = Scheduler(cache: cache, limits: SchedulerLimits(maximumBatchTokens: 50, maximumSequences: 8))
        let light = scheduler.submit(SequenceRequest(prompt: Array(repeating: 1, count: 100), maximumTokens: 1))
        let heavy = scheduler.submit(
            SequenceRequest(prompt: Array(repeating: 2, count: 400), maximumTokens: 1, weight: 5))
        var ends: [SequenceID] = []
        var outcomes: [StepOutcome] = []
        while !scheduler.isIdle {
            let plan = scheduler.plan(ended: &outcomes)
            ends += scheduler.choices.map(\.sequence)
            _ = scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
        }
        #expect(ends == [heavy, light])
    }

    @Test("Prompts are ordered by what measured steps say that attention costs", arguments: [0, 1e-2])
    func measuredCost(attention: Double) {
        let scheduler = Scheduler(
            cache: KVCache(tokensPerBlock: 16, blocks: 1_000),
            limits: SchedulerLimits(maximumBatchTokens: 100, maximumSequences: 8))
        var outcomes: [StepOutcome] = []
        var ends: [SequenceID] = []
        func run() {
            while !scheduler.isIdle {
                let work = StepWork(of: scheduler.plan(ended: &outcomes))
                ends += scheduler.choices.map(\.sequence)
                _ = scheduler.commit(
                    chosen: scheduler.choices.map { _ in TokenID(0) },
                    seconds: 1e-3 * (Double(work.rows) + attention * Double(work.pairs)))
            }
        }
        for index in Int32(0)..<8 {
            let prompt = [TokenID](repeating: TokenID(3 + index), count: 60 * Int(index) + 30)
            _ = scheduler.submit(SequenceRequest(prompt: prompt, maximumTokens: 1))
        }
        run()
        // Twice as heavy for the tokens; six times as long, and much longer still where attention is dear.
        let short = scheduler.submit(SequenceRequest(prompt: Array(repeating: 1, count: 100), maximumTokens: 1))
        let long = scheduler.submit(
            SequenceRequest(prompt: Array(repeating: 2, count: 600), maximumTokens: 1, weight: 12))
        ends = []
        run()
        #expect(ends == (attention == 0 ? [long, short] : [short, long]))
    }

    @Test("2,000 prompts on one stem: what they share is computed once, and all end")
    func many() {
        let cache = KVCache(tokensPerBlock: 16, blocks: 1 << 16)
        let scheduler = Scheduler(
            cache: cache, limits: SchedulerLimits(maximumBatchTokens: 2_001, maximumSequences: 2_001))
        var random = SeededGenerator(seed: 1)
        let stem = [TokenID](repeating: 1, count: 300)
        for index in Int32(0)..<2_000 {
            let shared = Int.random(in: 0...300, using: &random)
            _ = scheduler.submit(
                SequenceRequest(prompt: stem.prefix(shared) + [TokenID(index + 2), 1], maximumTokens: 1))
        }
        var outcomes: [StepOutcome] = []
        var computed = 0
        while !scheduler.isIdle {
            let plan = scheduler.plan(ended: &outcomes)
            computed += plan.tokens.count
            _ = scheduler.commit(chosen: scheduler.choices.map { _ in TokenID(0) })
        }
        #expect(computed <= 300 + 4_000)
    }

    private static func permute(_ items: [Int], _ chosen: [Int] = [], _ visit: ([Int]) -> Void) {
        if items.isEmpty { visit(chosen) }
        for item in items { permute(items.filter { $0 != item }, chosen + [item], visit) }
    }
}
