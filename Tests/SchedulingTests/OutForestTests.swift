import TestSupport
import Testing

@testable import Scheduling

@Suite("Horn's order")
struct OutForestTests {
    private static func random(_ count: Int, _ random: inout SeededGenerator) -> OutForest {
        var forest = OutForest()
        // Names are shuffled: a parent may stand behind its children.
        let names = (0..<count).shuffled(using: &random)
        var jobs = [OutForest.Job](repeating: OutForest.Job(parent: -1, cost: 1, weight: 0, rank: 0), count: count)
        for place in 0..<count {
            jobs[names[place]] = OutForest.Job(
                parent: place == 0 || random.oneIn(4) ? -1 : names[Int.random(in: 0..<place, using: &random)],
                cost: Double(Int.random(in: 1...9, using: &random)),
                weight: random.oneIn(3) ? 0 : Double(Int.random(in: 1...4, using: &random)), rank: place)
        }
        forest.jobs = jobs
        return forest
    }

    private static func value(_ order: [Int], _ jobs: [OutForest.Job]) -> Double {
        var time = 0.0
        return order.reduce(0) {
            time += jobs[$1].cost
            return $0 + jobs[$1].weight * time
        }
    }

    /// The least value of all orders that keep parents first.
    private static func best(_ jobs: [OutForest.Job], _ order: [Int] = []) -> Double {
        guard order.count < jobs.count else { return value(order, jobs) }
        var least = Double.infinity
        for job in jobs.indices where !order.contains(job) && (jobs[job].parent < 0 || order.contains(jobs[job].parent))
        {
            least = min(least, best(jobs, order + [job]))
        }
        return least
    }

    @Test("It is the best of all orders, and each parent comes before its children")
    func optimal() {
        for seed in UInt64(0)..<150 {
            var random = SeededGenerator(seed: seed)
            let forest = Self.random(Int.random(in: 1...6, using: &random), &random)
            let order = forest.hornOrder().map(\.job)
            #expect(order.sorted() == Array(forest.jobs.indices), "seed \(seed)")
            #expect(Self.value(order, forest.jobs) == Self.best(forest.jobs), "seed \(seed)")
        }
    }

    @Test("Large forests: complete, parents first, not improved by exchanging neighbours")
    func large() {
        for seed in UInt64(0)..<5 {
            var random = SeededGenerator(seed: seed)
            let forest = Self.random(400, &random)
            var order = forest.hornOrder().map(\.job)
            #expect(Set(order).count == 400)
            var place = [Int](repeating: 0, count: 400)
            for (index, job) in order.enumerated() { place[job] = index }
            let parentsFirst = forest.jobs.indices.allSatisfy {
                forest.jobs[$0].parent < 0 || place[forest.jobs[$0].parent] < place[$0]
            }
            #expect(parentsFirst, "seed \(seed)")
            let value = Self.value(order, forest.jobs)
            for index in 1..<400 where forest.jobs[order[index]].parent != order[index - 1] {
                order.swapAt(index, index - 1)
                #expect(Self.value(order, forest.jobs) >= value, "seed \(seed)")
                order.swapAt(index, index - 1)
            }
        }
    }

    @Test("Equals keep their order")
    func ties() {
        var forest = OutForest()
        forest.jobs = (0..<5).map { OutForest.Job(parent: -1, cost: 2, weight: 1, rank: 4 - $0) }
        #expect(forest.hornOrder().map(\.job) == [4, 3, 2, 1, 0])
        // A group counts from its earliest member on.
        forest.jobs = [
            OutForest.Job(parent: -1, cost: 1, weight: 0, rank: 9),
            OutForest.Job(parent: -1, cost: 2, weight: 1, rank: 3),
            OutForest.Job(parent: 0, cost: 1, weight: 1, rank: 1),
        ]
        #expect(forest.hornOrder().map(\.job) == [0, 2, 1])
    }
}
