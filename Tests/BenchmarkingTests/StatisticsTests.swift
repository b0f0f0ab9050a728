import Benchmarking
import Testing

@Suite("Statistics")
struct StatisticsTests {
    @Test("The median of an even number of values is the mean of the middle two, and nothing has none")
    func median() {
        #expect([3.0, 1, 2].median == 2)
        #expect([4.0, 1, 2, 3].median == 2.5)
        #expect([Double]().median == nil)
        #expect(Summary([]) == nil)
    }

    @Test("A summary's percentiles are values by nearest rank")
    func summary() throws {
        let summary = try #require(Summary((1...20).map(Double.init)))
        #expect(summary.mean == 10.5)
        #expect(summary.p50 == 10.5)
        #expect(summary.p95 == 19)
        #expect(summary.least == 1)
        #expect(summary.most == 20)
    }
}
