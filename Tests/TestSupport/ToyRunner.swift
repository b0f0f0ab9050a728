public import KVCache
public import Scheduling

/// A model without weights that notices every wrong slot: a token's "keys and values" are a hash of itself and of what stands
/// in the slot before it, so the logits of a row depend on every slot of its path.
public struct ToyRunner: ModelRunner {
    public struct Failure: Error {
        public init() {}
    }

    public let vocabularySize: Int
    /// Whether a run fails, asked before each.
    public var fails: () -> Bool = { false }
    private var slots: [Int32: UInt64] = [:]
    private let logits: LogitsMemory

    public init(vocabularySize: Int = 32) {
        self.vocabularySize = vocabularySize
        logits = LogitsMemory()
    }

    public mutating func run(_ plan: StepPlan) throws -> Logits {
        let failing = fails()
        var rows: [(row: Int, position: Int, slots: [Int32])] = []
        for span in plan.spans {
            let path = plan.segments[span.segments].flatMap { segment in
                (0..<segment.count).map { segment.slot.rawValue + $0 }
            }
            for (offset, row) in span.rows.enumerated() { rows.append((row, span.firstPosition + offset, path)) }
        }
        // Rows may read what rows of other paths write in this very step: from the left to the right.
        rows.sort { $0.position < $1.position }
        for (row, position, path) in rows where plan.writeSlots[row] != .none {
            precondition(plan.writeSlots[row].rawValue == path[position], "a row writes where its path does not lie")
            let before = position == 0 ? 0 : slots[path[position - 1]] ?? 0
            slots[path[position]] =
                failing ? 0 : Self.mix(before, UInt64(UInt32(bitPattern: plan.tokens[row].rawValue)))
        }
        if failing { throw Failure() }
        var values: [Float] = []
        for wanted in plan.logitRows {
            for (row, position, path) in rows where row == wanted {
                values += Self.logits(after: slots[path[position]] ?? 0, vocabularySize)
            }
        }
        return logits.hold(values, vocabularySize)
    }

    /// The logits after some tokens, computed without a cache.
    public static func logits(after tokens: [TokenID], vocabularySize: Int) -> [Float] {
        let state = tokens.reduce(UInt64(0)) { mix($0, UInt64(UInt32(bitPattern: $1.rawValue))) }
        return logits(after: state, vocabularySize)
    }

    private static func logits(after state: UInt64, _ vocabularySize: Int) -> [Float] {
        (0..<vocabularySize).map { Float(mix(state, UInt64($0) &+ 7_777) >> 40) / Float(1 << 21) }
    }

    private static func mix(_ state: UInt64, _ token: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: state &* 31 &+ token &+ 1)
        return generator.next()
    }
}

/// Memory for the logits of the last run.
private final class LogitsMemory {
    private var values: UnsafeMutableBufferPointer<Float> = .allocate(capacity: 0)

    func hold(_ new: [Float], _ vocabularySize: Int) -> Logits {
        values.deallocate()
        values = .allocate(capacity: new.count)
        _ = values.initialize(from: new)
        return Logits(values: UnsafeBufferPointer(values), vocabularySize: vocabularySize)
    }

    deinit {
        values.deallocate()
    }
}
