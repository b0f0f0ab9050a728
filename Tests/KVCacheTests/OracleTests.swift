import Foundation
import Testing

@testable import KVCache

/// `KVASIR_SOAK=n` makes the histories n times as many; `KVASIR_SEED=s` runs seed s alone; so it is for `CacheProperties`.
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

    /// The seeds of histories: as many as asked for, unless the environment says otherwise.
    static func seeds(_ count: UInt64) -> [UInt64] {
        if let seed = environment["KVASIR_SEED"].flatMap({ UInt64($0) }) { return [seed] }
        return Array(0..<count * max(1, environment["KVASIR_SOAK"].flatMap { UInt64($0) } ?? 1))
    }

    @Test("Reuse is exact, events rebuild what is held, nothing leaks, and accounts balance", arguments: layouts)
    func history(layout: OracleHistory.Layout) throws {
        for seed in Self.seeds(6) {
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
