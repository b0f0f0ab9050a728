import KVCache
import TestSupport
import Testing

@testable import Scheduling

/// Who is computed before whom, on a clock that counts rows.
@Suite("Who passes whom")
struct PassingTests {
    /// Prompts of one token each, told apart by it.
    private struct Run {
        let scheduler: Scheduler
        var work = 0
        var ends: [SequenceID] = []
        private var used: Int32 = 100

        init(rows: Int, sequences: Int, _ change: (inout SchedulingPolicy) -> Void = { _ in }) {
            var policy = SchedulingPolicy()
            policy.prefillCost = PrefillCost(attention: 0)
            policy.efficientRows = 1
            change(&policy)
            scheduler = Scheduler(
                cache: KVCache(tokensPerBlock: 16, blocks: 1 << 16),
                limits: SchedulerLimits(maximumBatchTokens: rows, maximumSequences: sequences), policy: policy)
        }

        mutating func submit(
            _ tokens: Int, behind stem: [TokenID] = [], answer: Int = 1, weight: Double = 1
        ) -> SequenceID {
            used += 1
            return scheduler.submit(
                SequenceRequest(
                    prompt: stem + Array(repeating: TokenID(used), count: tokens), maximumTokens: answer, weight: weight
                ))
        }

        /// Returns how many rows it had.
        @discardableResult
        mutating func step(seconds: Double? = nil) -> Int {
            var outcomes: [StepOutcome] = []
            let rows = scheduler.plan(ended: &outcomes).tokens.count
            work += rows
            for case .finished(let id, _) in scheduler.commit(
                chosen: scheduler.choices.map { _ in TokenID(0) }, seconds: seconds)
            {
                ends.append(id)
            }
            return rows
        }
    }

    @Test(
        "Who is overdue has its half of a step, however soon that could end; sooner with more weight",
        arguments: [1.0, 2, 4])
    func patience(weight: Double) {
        var run = Run(rows: 20, sequences: 8) { $0.patience = 2_000 }
        let long = run.submit(4_000, weight: weight)
        while run.work < 3_000, run.scheduler.sequences[long]?.computedCount == 0 {
            while run.scheduler.waitingCount + run.scheduler.runningCount < 6 { _ = run.submit(10, weight: 1_000) }
            run.step()
        }
        #expect(abs(Double(run.work) - 2_000 / weight) <= 120, "\(run.work)")
    }

    @Test("Half of a step stays with others while one is overdue; what they leave of it is not lost")
    func halves() {
        var run = Run(rows: 20, sequences: 8) { $0.patience = 50 }
        _ = run.submit(500)
        for _ in 0..<5 { #expect(run.step() == 20) }
        let short = run.submit(10)
        #expect(run.step() == 20)
        #expect(run.ends == [short])
    }

    @Test("Weights grow with waiting, before anyone is overdue")
    func ageing() {
        var run = Run(rows: 10, sequences: 8) { $0.patience = 1_000 }
        let long = run.submit(150)
        while run.work < 3_000, run.scheduler.sequences[long]?.computedCount == 0 {
            while run.scheduler.waitingCount + run.scheduler.runningCount < 2 { _ = run.submit(100) }
            run.step()
        }
        // (1 + 1/2) / 150 = 1 / 100.
        #expect((490...710).contains(run.work), "\(run.work)")
    }

    @Test("What is computed already costs nothing: who lacks least goes first, parting paths too")
    func computed() {
        var run = Run(rows: 20, sequences: 8)
        let stem = [TokenID](repeating: 1, count: 1_000)
        _ = run.submit(1, behind: stem)
        while !run.scheduler.isIdle { run.step() }
        let fresh = run.submit(40)
        let cached = run.submit(30, behind: stem)
        let parting = run.submit(25, behind: Array(stem.prefix(500)))
        run.ends = []
        while !run.scheduler.isIdle { run.step() }
        #expect(run.ends == [parting, cached, fresh])
    }

    @Test("When one leaves, what it shared with others is worth less, and the order is found anew")
    func leaving() {
        var run = Run(rows: 10, sequences: 8)
        let stem = [TokenID](repeating: 1, count: 100)
        let (leaving, staying) = (run.submit(1, behind: stem), run.submit(1, behind: stem))
        let other = run.submit(60)
        run.step()
        #expect(run.scheduler.sequences[staying]?.computedCount == 10, "2 / 102 is more than 1 / 60")
        run.scheduler.cancel(leaving)
        while !run.scheduler.isIdle { run.step() }
        #expect(run.ends == [other, staying])
    }

    @Test("A prompt of which only logits are missing costs a row, so weight may go before it")
    func logitsOnly() {
        var run = Run(rows: 5, sequences: 5)
        let stem = [TokenID](repeating: 1, count: 20)
        _ = run.submit(0, behind: stem)
        while !run.scheduler.isIdle { run.step() }
        let cached = run.submit(0, behind: stem)
        let heavy = run.submit(5, weight: 10)
        run.ends = []
        while !run.scheduler.isIdle { run.step() }
        #expect(run.ends == [heavy, cached])
    }

    @Test("Among many, who comes has the place of its own ratio, behind its equals; later the order is found anew")
    func many() {
        var run = Run(rows: 1_300, sequences: 1_300) { $0.efficientRows = .max }
        let first = (0..<1_024).map { _ in run.submit(200) }
        run.step()
        let (equal, short) = (run.submit(200), run.submit(20))
        let before = run.ends.count
        run.step()
        #expect(run.ends.dropFirst(before).contains(short), "it goes before longer ones at once")
        // Ten that share most of their prompts are worth more together than each alone.
        let stem = [TokenID](repeating: 7, count: 1_000)
        let together = (0..<10).map { _ in run.submit(10, behind: stem) }
        for _ in 0..<10 { run.step() }
        #expect(together.allSatisfy { run.ends.contains($0) })
        while !run.scheduler.isIdle { run.step() }
        let place = run.ends.firstIndex(of: equal) ?? 0
        #expect(first.allSatisfy { (run.ends.firstIndex(of: $0) ?? .max) < place })
    }

    @Test("Under a target that cannot be kept prompts go on, and without decodes they have whole steps")
    func target() {
        var run = Run(rows: 128, sequences: 8) { $0.targetInterTokenLatency = 1e-6 }
        let long = run.submit(500)
        while run.ends != [long] { #expect(run.step(seconds: 1) >= 116) }
        let decoding = run.submit(5, answer: 1_000)
        for _ in 0..<20 { run.step(seconds: 1) }
        let prompt = run.submit(100)
        for _ in 0..<60 { #expect(run.step(seconds: 1) <= 4) }
        #expect(run.ends == [long, prompt] && run.scheduler.sequences[decoding] != nil)
    }

    @Test("No step has more rows than it may, whatever comes", arguments: [1, 7, 64])
    func budget(rows: Int) {
        var random = SeededGenerator(seed: 9)
        var run = Run(rows: rows, sequences: min(rows, 20))
        for round in 0..<300 {
            if round < 200 {
                _ = run.submit(Int.random(in: 1...40, using: &random), answer: Int.random(in: 1...20, using: &random))
            }
            #expect(run.step() <= rows)
            #expect(run.scheduler.runningCount <= min(rows, 20))
        }
    }
}
