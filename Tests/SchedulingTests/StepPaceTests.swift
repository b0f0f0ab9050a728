import TestSupport
import Testing

@testable import Scheduling

@Suite("The pace of steps")
struct StepPaceTests {
    @Test("What fits into a time is found from noisy steps, and again after the machine or the decodes changed")
    func learns() throws {
        var random = SeededGenerator(seed: 3)
        var pace = StepPace()
        #expect(pace.work(within: 1) == nil)
        for (rest, perWork) in [(0.006, 4e-5), (0.030, 4e-5), (0.010, 2e-4)] {
            for _ in 0..<150 {
                let work = Double(Int.random(in: 0...1_000, using: &random))
                pace.record(
                    work: work, seconds: (rest + perWork * work) * Double.random(in: 0.97...1.03, using: &random))
            }
            let exact = (0.100 - rest) / perWork
            let work = try #require(pace.work(within: 0.100))
            #expect(abs(work / exact - 1) < 0.1, "\(work) instead of \(exact)")
        }
    }

    @Test("Following its own advice it settles on the target")
    func settles() throws {
        var pace = StepPace()
        var work = 2_048.0
        for _ in 0..<200 {
            pace.record(work: work, seconds: 0.02 + 5e-5 * work)
            work = min(2_048, max(1, try #require(pace.work(within: 0.05))))
        }
        #expect(abs(work - 600) < 30, "\(work)")
    }

    @Test("Nonsense teaches nothing")
    func nonsense() {
        var pace = StepPace()
        for seconds in [0, -1, .infinity, .nan] { pace.record(work: 10, seconds: seconds) }
        pace.record(work: 0, seconds: 1)
        #expect(pace.work(within: 1) == nil)
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
