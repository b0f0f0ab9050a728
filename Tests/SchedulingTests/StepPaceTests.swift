import TestSupport
import Testing

@testable import Scheduling

@Suite("The pace of steps")
struct StepPaceTests {
    @Test("What fits into a time is found from noisy steps, and again after the machine or the decodes changed")
    func learns() {
        var random = SeededGenerator(seed: 3)
        var pace = StepPace()
        #expect(pace.work(within: 1) == 0)
        for (rest, perWork) in [(0.006, 4e-5), (0.030, 4e-5), (0.010, 2e-4)] {
            for _ in 0..<400 {
                let work = Double(Int.random(in: 0...2_500, using: &random))
                pace.record(
                    work: work, seconds: (rest + perWork * work) * Double.random(in: 0.97...1.03, using: &random))
            }
            let exact = (0.100 - rest) / perWork
            let work = pace.work(within: 0.100)
            #expect(abs(work / exact - 1) < 0.1, "\(work) instead of \(exact)")
        }
    }

    @Test("Following its own advice it settles on the target")
    func settles() {
        var pace = StepPace()
        var work = 2_048.0
        for _ in 0..<200 {
            pace.record(work: work, seconds: 0.02 + 5e-5 * work)
            work = min(2_048, max(1, pace.work(within: 0.05)))
        }
        #expect(abs(work - 600) < 30, "\(work)")
    }

    @Test("Where the machine is noisy it neither leaps nor starves", arguments: 1...20)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pace = StepPace()
        for _ in 0..<50 { pace.record(work: 0, seconds: 0.004) }
        var sum = 0.0
        for step in 0..<2_000 {
            let work = min(512, max(8, pace.work(within: 0.02)))
            // 80 units fit into the target, 55 into three quarters of it.
            if step > 100 { sum += work }
            #expect(work < 160, "step \(step)")
            let isDisturbed = Int.random(in: 0..<20, using: &random) == 0
            pace.record(
                work: work,
                seconds: (0.004 + 2e-4 * work) * Double.random(in: 0.8...1.2, using: &random) * (isDisturbed ? 2 : 1))
        }
        #expect(sum / 1_900 > 45)
    }

    /// Steps that take work's exact time but for noise, of which some are disturbed: the 99th percentile of their times, and the mean
    /// of their work.
    private func follow(
        target: Double, disturbed oneIn: Int, by factor: Double, seed: UInt64
    ) -> (late: Double, work: Double) {
        var random = SeededGenerator(seed: seed)
        var pace = StepPace()
        var times: [Double] = []
        var sum = 0.0
        for step in 0..<4_000 {
            let work = min(2_048, max(8, pace.work(within: target)))
            let noise = Double.random(in: 0.9...1.1, using: &random) * (random.oneIn(oneIn) ? factor : 1)
            let seconds = (0.1 * target + target / 200 * work) * noise
            pace.record(work: work, seconds: seconds)
            if step >= 400 {
                times.append(seconds)
                sum += work
            }
        }
        times.sort()
        return (times[times.count * 99 / 100], sum / 3_600)
    }

    @Test(
        "Where one step in thirty is disturbed, the 99th percentile is kept all the same, at any speed of the machine",
        arguments: 1...5 as ClosedRange<UInt64>, [0.005, 0.02, 0.05])
    func lateness(seed: UInt64, target: Double) {
        let disturbed = follow(target: target, disturbed: 30, by: 1.7, seed: seed)
        #expect(disturbed.late <= 1.5 * target, "\(disturbed.late / target)")
        // 180 units fit into the target, 130 into three quarters of it.
        #expect(disturbed.work >= 115, "\(disturbed.work)")
        let quiet = follow(target: target, disturbed: 1_000_000, by: 1, seed: seed)
        #expect(quiet.late <= 1.2 * target)
        #expect(quiet.work >= 170, "a quiet machine gives nothing away: \(quiet.work)")
    }

    @Test("Steps keep to a target at any depth, also where attention costs much more than was thought")
    func depth() {
        var random = SeededGenerator(seed: 5)
        var attention = AttentionPace(PrefillCost())
        var pace = StepPace()
        var (position, late) = (0, 0)
        for step in 0..<2_000 {
            let work = pace.work(within: 0.02)
            let rows = min(512, 4_000 - position, max(8, attention.cost.tokens(within: work, from: position)))
            let pairs = Double(rows * (2 * position + rows)) / 2
            let exact = 0.003 + 2e-5 * (Double(rows) + 1e-3 * pairs)
            let seconds = exact * Double.random(in: 0.97...1.03, using: &random)
            attention.record(rows: Double(rows), pairs: pairs, seconds: seconds)
            pace.record(work: Double(rows) + attention.cost.attention * pairs, seconds: seconds)
            if step > 100, seconds > 1.2 * 0.02 { late += 1 }
            position = (position + rows) % 4_000
        }
        #expect(abs(attention.cost.attention / 1e-3 - 1) < 0.3, "\(attention.cost)")
        #expect(late < 20)
    }

    @Test("Nonsense teaches nothing")
    func nonsense() {
        var pace = StepPace()
        for seconds in [0, -1, .infinity, .nan] { pace.record(work: 10, seconds: seconds) }
        pace.record(work: 0, seconds: 1)
        #expect(pace.work(within: 1) == 0)
    }

    @Test("Tokens that fit a cost: as many as do, and no more")
    func tokens() {
        let cost = PrefillCost(attention: 1e-3)
        for position in [0, 10, 1_000, 50_000] {
            for work in [1.0, 7, 100, 5_000] {
                let tokens = cost.tokens(within: work, from: position)
                #expect(cost(position..<position + tokens) <= work + 1e-6)
                #expect(cost(position..<position + tokens + 1) > work)
            }
        }
    }
}
