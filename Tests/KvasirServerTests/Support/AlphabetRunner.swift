import Foundation
import KVCache
import Scheduling

/// A model that goes on with the alphabet: after `a` most likely `b`, less likely `B`, and after `z` the end.
///
/// It needs no keys and values, so what the engine does with them cannot change its answers; a step takes as long as it is told.
final class AlphabetRunner: ModelRunner {
    let vocabularySize = ByteTokenizer.vocabularySize
    /// How long each step takes.
    let stepDuration: TimeInterval
    private let rows: UnsafeMutableBufferPointer<Float>

    private static let maximumRows = 512

    init(stepDuration: TimeInterval = 0) {
        self.stepDuration = stepDuration
        rows = .allocate(capacity: Self.maximumRows * ByteTokenizer.vocabularySize)
    }

    deinit {
        rows.deallocate()
    }

    func run(_ plan: StepPlan) throws -> Logits {
        if stepDuration > 0 { Thread.sleep(forTimeInterval: stepDuration) }
        for (index, row) in plan.logitRows.enumerated() {
            let logits = UnsafeMutableBufferPointer(
                rebasing: rows[index * vocabularySize..<(index + 1) * vocabularySize])
            logits.update(repeating: -20)
            let next = Self.successor(of: plan.tokens[row])
            logits[Int(next.rawValue)] = 2
            if (97...122).contains(next.rawValue) {
                logits[Int(next.rawValue) - 32] = 1
            }
        }
        return Logits(
            values: UnsafeBufferPointer(rebasing: rows[..<(plan.logitRows.count * vocabularySize)]),
            vocabularySize: vocabularySize)
    }

    static func successor(of token: TokenID) -> TokenID {
        switch token.rawValue {
        case 97..<122: TokenID(token.rawValue + 1)
        case 65..<90: TokenID(token.rawValue + 33)
        case 122, 90: ByteTokenizer.end
        default: 97
        }
    }
}
