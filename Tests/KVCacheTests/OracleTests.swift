import Foundation
import Testing

@testable import KVCache

/// `KVASIR_SOAK=n` makes the histories n times as many; `KVASIR_SEED=s` runs seed s alone.
@Suite("Everything at random, against a set of prefixes")
struct OracleTests {
    static let layouts: [OracleHistory.Layout] =
        [2, 3, 5, 16, 64].flatMap { size in
            [
                OracleHistory.Layout(mode: .early, tokensPerBlock: size, blocks: max(4, 30 / size)),
                OracleHistory.Layout(mode: .early, tokensPerBlock: size, blocks: max(8, 90 / size), secondChance: true),
                OracleHistory.Layout(mode: .early, tokensPerBlock: size, blocks: 5_000),
                OracleHistory.Layout(
                    mode: .early, tokensPerBlock: size, blocks: max(4, 30 / size), slowBlocks: max(1, 40 / size)),
                OracleHistory.Layout(
                    mode: .early, tokensPerBlock: size, blocks: max(6, 60 / size), secondChance: true, slowBlocks: 3),
                OracleHistory.Layout(mode: .completed, tokensPerBlock: size, blocks: max(6, 90 / size)),
            ]
        } + [OracleHistory.Layout(mode: .off, tokensPerBlock: 4, blocks: 20)]

    private static let environment = ProcessInfo.processInfo.environment

    @Test("Reuse is exact, events rebuild what is held, nothing leaks, and accounts balance", arguments: layouts)
    func history(layout: OracleHistory.Layout) throws {
        let replayed = Self.environment["KVASIR_SEED"].flatMap { UInt64($0) }
        let histories = 6 * UInt64(max(1, Self.environment["KVASIR_SOAK"].flatMap { Int($0) } ?? 1))
        for seed in replayed.map({ [$0] }) ?? Array(0..<histories) {
            var history = OracleHistory(layout: layout, seed: seed)
            for operation in 0..<2_000 {
                let problem = history.advance()
                try #require(problem == nil, "\(layout), seed \(seed), operation \(operation): \(problem ?? "")")
            }
            let problem = history.finish()
            try #require(problem == nil, "\(layout), seed \(seed), at the end: \(problem ?? "")")
        }
    }
}
