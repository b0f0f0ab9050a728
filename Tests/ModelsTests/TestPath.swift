import KVCache
import Scheduling
import TestSupport

/// A sequence under test: its tokens, and the slot where each position's keys and values lie.
struct TestPath {
    var tokens: [Int32]
    var slots: [Int32]
}

extension StepPlan {
    /// Adds rows for some positions of a path. Its segments are cut at random where its slots are consecutive.
    ///
    /// - Parameters:
    ///   - writes: whether the rows write their keys and values.
    ///   - logits: the positions whose logits are wanted.
    mutating func add(
        _ path: TestPath, _ positions: Range<Int>, writes: Bool = true, logits: Range<Int>? = nil,
        random: inout SeededGenerator
    ) {
        let firstRow = tokens.count
        let firstSegment = segments.count
        for position in 0..<positions.upperBound {
            let slot = path.slots[position]
            let continues = position > 0 && path.slots[position - 1] + 1 == slot
            if continues, Int.random(in: 0..<4, using: &random) > 0 {
                segments[segments.count - 1].count += 1
            } else {
                segments.append(KVSegment(slot: KVSlot(rawValue: slot), count: 1))
            }
        }
        for position in positions {
            tokens.append(TokenID(path.tokens[position]))
            writeSlots.append(writes ? KVSlot(rawValue: path.slots[position]) : .none)
            if (logits ?? positions).contains(position) { logitRows.append(firstRow + position - positions.lowerBound) }
        }
        spans.append(
            Span(
                rows: firstRow..<tokens.count, firstPosition: positions.lowerBound,
                segments: firstSegment..<segments.count))
    }
}

/// All slots in runs of 1 to `longest`, the runs in random order.
func raggedSlots(_ count: Int, longest: Int = 7, random: inout SeededGenerator) -> [Int32] {
    var runs: [[Int32]] = []
    var next = 0
    while next < count {
        let end = min(count, next + Int.random(in: 1...longest, using: &random))
        runs.append((next..<end).map { Int32($0) })
        next = end
    }
    return runs.shuffled(using: &random).flatMap { $0 }
}
