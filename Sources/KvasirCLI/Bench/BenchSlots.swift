import KVCache
import Scheduling

/// Hands out token slots in blocks that lie scattered, as in a cache that has been in use for long.
struct BenchSlots {
    let tokensPerBlock: Int
    private var blocks: [Int]

    /// - Parameter blocks: how many there are.
    init(blocks: Int, tokensPerBlock: Int) {
        self.tokensPerBlock = tokensPerBlock
        var generator = Generator()
        self.blocks = Array(0..<blocks).shuffled(using: &generator)
    }

    /// Blocks that `paths` of `tokens` each take.
    static func blocks(for tokens: Int, paths: Int = 1, tokensPerBlock: Int) -> Int {
        (tokens + tokensPerBlock - 1) / tokensPerBlock * paths
    }

    /// The slots of a new path, by position; it begins with those of `prefix`.
    ///
    /// - Precondition: there are blocks enough.
    mutating func path(prefix: [Int32] = [], tokens: Int) -> [Int32] {
        var slots = prefix
        let end = prefix.count + tokens
        while slots.count < end {
            let first = blocks.removeLast() * tokensPerBlock
            slots += (first..<first + min(tokensPerBlock, end - slots.count)).map { Int32($0) }
        }
        return slots
    }

    /// SplitMix64, so that every run has the same layout.
    private struct Generator: RandomNumberGenerator {
        private var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
            return value ^ value >> 31
        }
    }
}

extension StepPlan {
    /// Adds rows for some positions of a path that write their keys and values.
    ///
    /// - Parameters:
    ///   - slots: the path's, by position.
    ///   - logits: whether the last row's are wanted.
    mutating func add(slots: [Int32], positions: Range<Int>, logits: Bool, vocabularySize: Int) {
        let firstRow = tokens.count
        let firstSegment = segments.count
        for (position, slot) in slots[..<positions.upperBound].enumerated() {
            if position > 0, slots[position - 1] + 1 == slot {
                segments[segments.count - 1].count += 1
            } else {
                segments.append(KVSegment(slot: KVSlot(rawValue: slot), count: 1))
            }
        }
        for position in positions {
            tokens.append(TokenID(Int32((position &* 7_919 &+ Int(slots[position]) &* 31) % vocabularySize)))
            writeSlots.append(KVSlot(rawValue: slots[position]))
        }
        spans.append(
            Span(
                rows: firstRow..<tokens.count, firstPosition: positions.lowerBound,
                segments: firstSegment..<segments.count))
        if logits { logitRows.append(tokens.count - 1) }
    }
}
