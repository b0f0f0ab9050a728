import Testing

@testable import Benchmarking

@Suite("The bound on the time to first token")
struct PrefillBoundTests {
    private func plan(_ prompts: [[Int32]]) -> LoadPlan {
        LoadPlan(requests: prompts.map { .init(Visit(at: 0), .tokens($0)) }, outputTokens: 4)
    }

    private func close(_ left: Double?, _ right: Double) -> Bool {
        left.map { abs($0 - right) < 0.02 * right } ?? false
    }

    @Test("One prompt takes the time that it was measured to take")
    func single() {
        let bound = PrefillBound(short: (50, 0.55), long: (100, 1.2))
        #expect(close(bound.seconds(tokens: 100), 1.2))
        #expect(close(bound.meanTimeToFirstToken(plan([(0..<100).map(Int32.init)])), 1.2))
    }

    @Test("The shared part is computed once, then each user's own part in turn")
    func burst() {
        let bound = PrefillBound(row: 0.001, pair: 0)
        let shared = (0..<64).map(Int32.init)
        let users = (0..<4).map { user in shared + Array(repeating: Int32(100 + user), count: 16) }
        // 64 + 16, 64 + 32, 64 + 48, 64 + 64 milliseconds.
        #expect(close(bound.meanTimeToFirstToken(plan(users)), 0.104))
    }

    @Test("Short prompts go before long ones")
    func shortestFirst() {
        let bound = PrefillBound(row: 0.001, pair: 0)
        let long = Array(repeating: Int32(1), count: 80)
        let short = Array(repeating: Int32(2), count: 16)
        #expect(close(bound.meanTimeToFirstToken(plan([long, short])), (0.016 + 0.096) / 2))
    }

    @Test("What is cached takes no time")
    func warm() {
        let bound = PrefillBound(row: 0.001, pair: 0)
        let shared = (0..<64).map(Int32.init)
        let users = (0..<2).map { user in shared + Array(repeating: Int32(100 + user), count: 16) }
        let primer = shared + Array(repeating: Int32(200), count: 16)
        #expect(close(bound.meanTimeToFirstToken(plan(users), known: [primer]), 0.024))
    }

    @Test("Times that a line through zero fits better give a rate without attention, never a negative one")
    func noise() {
        let bound = PrefillBound(short: (50, 0.8), long: (100, 1.2))
        #expect(bound.pair == 0)
        #expect(close(bound.row, 0.012))
    }
}
