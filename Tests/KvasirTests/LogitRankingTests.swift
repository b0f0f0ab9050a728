import Foundation
import TestSupport
import Testing

@testable import Kvasir

@Suite("Ranking logits without sorting them all")
struct LogitRankingTests {
    /// Rows of many kinds: flat, peaked, with ties, with infinities and with what is no number.
    private func rows(_ random: inout SeededGenerator) -> [[Float]] {
        var rows: [[Float]] = []
        for count in [1, 2, 17, 1_000, 3_000] {
            for scale in [Float(0.01), 1, 8, 60] {
                var row: [Float] = [0]
                for _ in 0..<count {
                    let kind = Int.random(in: 0..<40, using: &random)
                    let value = Float.random(in: -1...1, using: &random) * scale
                    row.append(kind == 0 ? -.infinity : kind == 1 ? value.rounded() : value)
                }
                rows.append(row)
            }
        }
        return rows
    }

    private func sorted(_ row: [Float]) -> [Int] {
        row.indices.filter { !row[$0].isNaN }.sorted { (-row[$0], $0) < (-row[$1], $1) }
    }

    @Test("The first tokens are those of the sorted row", arguments: [1, 2, 3])
    func first(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for var row in rows(&random) {
            if seed == 3 { row[row.count / 2] = .nan }
            let expected = sorted(row)
            row.withUnsafeBufferPointer { logits in
                let ranking = LogitRanking(logits, maximum: row[expected[0]])
                for count in [0, 1, 2, 7, 500, row.count, 10_000] {
                    let found = ranking.tokens(ranking.first(count)).map(\.token)
                    #expect(found == Array(expected.prefix(count)), "seed \(seed), \(row.count) logits, \(count)")
                }
            }
        }
    }

    @Test(
        "Tokens with some mass together, or some weight each, are as many as the sorted row says", arguments: [1, 2, 3])
    func mass(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for row in rows(&random) {
            let order = sorted(row)
            let weights = order.map { exp(Double(row[$0] - row[order[0]])) }
            let total = weights.reduce(0, +)
            row.withUnsafeBufferPointer { logits in
                let ranking = LogitRanking(logits, maximum: row[order[0]])
                #expect(abs(ranking.mass(ranking.all) / total - 1) < 1e-6)
                for share in [0, 0.1, 0.5, 0.9, 0.999] {
                    let found = ranking.tokens(ranking.first(of: ranking.all, mass: share * total)).map(\.token)
                    #expect(found == Array(order.prefix(found.count)) && !found.isEmpty, "seed \(seed)")
                    let sum = weights.prefix(found.count).reduce(0, +)
                    let before = weights.prefix(found.count - 1).reduce(0, +)
                    #expect(sum >= share * total * (1 - 1e-6) && before <= share * total * (1 + 1e-6) + 1e-9)
                }
                for least in [Float(1), 0.9, 0.1, 1e-6] {
                    let found = ranking.tokens(ranking.first(of: ranking.all, weight: least)).map(\.token)
                    #expect(found == Array(order.prefix(found.count)), "seed \(seed)")
                    let sure = weights.filter { $0 >= Double(least) * (1 + 1e-6) }.count
                    let possible = weights.filter { $0 >= Double(least) * (1 - 1e-6) }.count
                    #expect((sure...possible).contains(found.count))
                }
            }
        }
    }

    @Test("A draw finds the token at which the sum in falling order exceeds its share", arguments: [1, 2, 3])
    func draw(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for row in rows(&random) {
            let order = sorted(row)
            let weights = order.map { exp(Double(row[$0] - row[order[0]]) / 0.7) }
            row.withUnsafeBufferPointer { logits in
                let ranking = LogitRanking(logits, maximum: row[order[0]], temperature: 0.7)
                for _ in 0..<20 {
                    let count = Int.random(in: 1...row.count, using: &random)
                    let share = Double.random(in: 0..<1, using: &random)
                    guard let token = ranking.token(of: ranking.first(count), at: share) else {
                        Issue.record("seed \(seed): nothing drawn")
                        continue
                    }
                    guard let place = order.prefix(count).firstIndex(of: token) else {
                        Issue.record("seed \(seed): a token that does not pass")
                        continue
                    }
                    let target = share * weights.prefix(count).reduce(0, +)
                    #expect(weights.prefix(place).reduce(0, +) <= target * (1 + 1e-6) + 1e-9, "seed \(seed)")
                    #expect(weights.prefix(place + 1).reduce(0, +) >= target * (1 - 1e-6), "seed \(seed)")
                }
            }
        }
    }
}
