import Compute

/// Attention over a storage with several layers, which keep each other out of caches.
final class AttentionBench {
    /// Heads of queries, heads of keys and values, and their width.
    struct Shape {
        let heads: Int
        let kvHeads: Int
        let dimension: Int
    }

    /// Sequences with some rows each after `depth` tokens, which may be the same for all.
    struct Case {
        let name: String
        let rows: Int
        let depth: Int
        let sequences: Int
        let isShared: Bool

        static let all = [
            Case(name: "attention prefill", rows: 512, depth: 0, sequences: 1, isShared: false),
            Case(name: "attention prefill", rows: 512, depth: 1_536, sequences: 1, isShared: false),
            Case(name: "attention decode", rows: 1, depth: 2_048, sequences: 1, isShared: false),
            Case(name: "attention decode", rows: 1, depth: 2_048, sequences: 16, isShared: false),
            Case(name: "attention decode, shared", rows: 1, depth: 2_048, sequences: 16, isShared: true),
        ]
    }

    private static let layers = 8
    private let shape: Shape
    private let operations: Operations
    private let storage: KVStorage
    private let plan: AttentionPlan
    private let queries: FloatBuffer
    private let output: FloatBuffer
    private let tokensPerBlock: Int
    private let blocks: Int
    private var layer = 0

    init(shape: Shape, type: KVType, tokensPerBlock: Int, team: ThreadTeam) throws {
        self.shape = shape
        self.tokensPerBlock = tokensPerBlock
        operations = Operations(team: team)
        blocks =
            Case.all.map { kernel in
                BenchSlots.blocks(
                    for: kernel.depth + kernel.rows, paths: kernel.sequences, tokensPerBlock: tokensPerBlock)
            }.max() ?? 0
        storage = try KVStorage(
            layers: Self.layers, kvHeads: shape.kvHeads, headDimension: shape.dimension, slots: blocks * tokensPerBlock,
            type: type)
        plan = try AttentionPlan(heads: shape.heads, storage: storage, team: team)
        let rows = Case.all.map { $0.rows * $0.sequences }.max() ?? 1
        queries = try FloatBuffer(rows: rows, columns: shape.heads * shape.dimension)
        output = try FloatBuffer(rows: rows, columns: shape.heads * shape.dimension)
        for index in queries.values.indices { queries.values[index] = Float(index % 13) / 8 - 0.75 }
        try fill()
    }

    private func fill() throws {
        let some = try FloatBuffer(rows: 1_024, columns: shape.kvHeads * shape.dimension)
        for index in some.values.indices { some.values[index] = Float(index % 19) / 16 - 0.5 }
        for layer in 0..<Self.layers {
            for first in stride(from: 0, to: storage.slots, by: some.rows) {
                let slots = (first..<min(first + some.rows, storage.slots)).map { Int32($0) }
                slots.withUnsafeBufferPointer { slots in
                    operations.storeKV(
                        layer: layer, k: some, v: some, rows: slots.count, writeSlots: slots, storage: storage)
                }
            }
        }
    }

    func kernelCase(_ kernel: Case) -> KernelCase {
        let width = Double(shape.heads * shape.dimension)
        let seen = Double(kernel.rows) * (Double(kernel.depth) + Double(kernel.rows + 1) / 2)
        let paths = Double(kernel.isShared ? 1 : kernel.sequences)
        let tokens = paths * Double(kernel.depth) + Double(kernel.sequences * kernel.rows)
        let perToken = KVStorage.bytesPerToken(
            layers: 1, kvHeads: shape.kvHeads, headDimension: shape.dimension, type: storage.type)
        return KernelCase(
            test: kernel.name, type: storage.type.rawValue,
            shape: "\(shape.heads) / \(shape.kvHeads) × \(shape.dimension)",
            rows: kernel.rows * kernel.sequences, depth: kernel.depth, sequences: kernel.sequences,
            operations: 4 * width * seen * Double(kernel.sequences),
            arithmetic: .arithmeticOfAttention(on: operations.team.instructionSet),
            bytes: tokens * Double(perToken ?? 0))
    }

    /// Attends again and again for at least `seconds`, layer by layer.
    ///
    /// - Returns: the seconds of one.
    func run(_ kernel: Case, seconds: Double) -> Double {
        lay(out: kernel)
        var count = 0
        let start = ContinuousClock.now
        var elapsed = 0.0
        while elapsed < seconds {
            operations.attention(layer: layer, q: queries, plan: plan, storage: storage, scale: 0.125, into: output)
            layer = (layer + 1) % Self.layers
            count += 1
            elapsed = (ContinuousClock.now - start).seconds
        }
        return elapsed / Double(count)
    }

    private func lay(out kernel: Case) {
        plan.removeAll()
        var slots = BenchSlots(blocks: blocks, tokensPerBlock: tokensPerBlock)
        let prefix = kernel.isShared ? slots.path(tokens: kernel.depth) : []
        for sequence in 0..<kernel.sequences {
            let path = slots.path(prefix: prefix, tokens: kernel.depth + kernel.rows - prefix.count)
            plan.addSpan(
                rows: sequence * kernel.rows..<(sequence + 1) * kernel.rows, firstPosition: kernel.depth)
            var first = 0
            while first < path.count {
                var end = first + 1
                while end < path.count, path[end] == path[end - 1] + 1 { end += 1 }
                plan.addSegment(slot: path[first], count: Int32(end - first))
                first = end
            }
        }
    }
}
