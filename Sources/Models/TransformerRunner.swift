public import Compute
import KVCache
public import Scheduling

/// Runs steps of a model on the CPU, with its own storage for keys and values.
///
/// A row's logits are the same bit for bit whatever else is in its step, however its path was cut into steps, wherever
/// its slots lie and however many threads work. It belongs to one thread; several runners may share a `Model`.
///
///     embed ─→ layer 0 … ─→ layer n ─→ norm ─→ logits
///                              └─ here only the rows whose logits are wanted go past the keys and values
public final class TransformerRunner: ModelRunner {
    public let model: Model
    public let limits: StepLimits
    /// How many tokens' keys and values there is room for.
    public let slotCount: Int
    /// The longest path: the model's context, or all slots where these are fewer.
    public let contextLength: Int

    let operations: Operations
    let storage: KVStorage
    let scratch: StepScratch
    let rope: RopeTable
    /// What all rows attend to.
    let attention: AttentionPlan
    /// What the rows whose logits are wanted attend to.
    let outputAttention: AttentionPlan

    /// Allocates storage and scratch memory for good: running a step allocates nothing of note.
    ///
    /// - Parameters:
    ///   - team: of the instruction set the model was loaded with.
    ///   - slotCount: token slots of `model.configuration.kvBytesPerToken(_:)` bytes each, taken as they are first used.
    ///   - kvType: how keys and values are kept. Results are exact with themselves under each type.
    /// - Throws: `ComputeError` when memory is lacking.
    public init(
        model: Model, team: ThreadTeam, slotCount: Int, limits: StepLimits, kvType: KVType = .f16
    ) throws {
        let configuration = model.configuration
        self.model = model
        self.limits = limits
        self.slotCount = slotCount
        operations = Operations(team: team)
        storage = try KVStorage(
            layers: configuration.layerCount, kvHeads: configuration.kvHeadCount,
            headDimension: configuration.headDimension, slots: slotCount, type: kvType)
        scratch = try StepScratch(configuration, limits)
        contextLength = min(configuration.contextLength, slotCount)
        rope = try RopeTable(
            layout: configuration.architecture.ropeLayout, rotatedDimensions: configuration.ropeDimensions,
            base: configuration.ropeBase, scale: configuration.ropeScale,
            frequencyFactors: model.transformer.ropeFactors.map { Array($0.values) }, positions: contextLength,
            team: team)
        attention = try AttentionPlan(heads: configuration.headCount, storage: storage, team: team)
        outputAttention = try AttentionPlan(heads: configuration.headCount, storage: storage, team: team)
    }

    /// Begins to take the memory for keys and values from the system at the lowest priority, ahead of its use.
    public func startPrefault() {
        storage.startPrefault()
    }

    public var vocabularySize: Int { model.configuration.vocabularySize }

    /// - Throws: `ModelError` of code `invalidStep`, before anything is written.
    public func run(_ plan: StepPlan) throws -> Logits {
        try check(plan)
        lay(out: plan)
        plan.tokens.withUnsafeBufferPointer { tokens in
            tokens.withMemoryRebound(to: Int32.self) { tokens in
                operations.embed(tokens: tokens, table: model.transformer.embedding, into: scratch.residual)
            }
        }
        var output = scratch.residual
        for layer in model.transformer.layers.indices {
            output = run(layer, plan)
        }
        return logits(of: output, rows: plan.logitRows.count)
    }

    /// Notes the rows' positions and what they attend to.
    private func lay(out plan: StepPlan) {
        attention.removeAll()
        outputAttention.removeAll()
        scratch.setLogitRows(plan.logitRows)
        var wanted = plan.logitRows[...]
        for span in plan.spans {
            for row in span.rows {
                scratch.positions[row] = Int32(span.firstPosition + row - span.rows.lowerBound)
            }
            attention.add(span, rows: span.rows, plan.segments)
            let own = wanted.prefix { $0 < span.rows.upperBound }
            wanted = wanted.dropFirst(own.count)
            guard let first = own.first, let last = own.last else { continue }
            outputAttention.add(span, rows: first..<last + 1, plan.segments)
        }
    }

    private func logits(of residual: FloatBuffer, rows: Int) -> Logits {
        if rows > 0 {
            let output = model.transformer.output
            multiplyNormed(
                residual, rows: rows, norm: model.transformer.outputNorm,
                [Operations.Product(output.weights, bias: output.bias?.values, into: scratch.logits)])
        }
        let values = UnsafeBufferPointer(scratch.logits.values)
        return Logits(
            values: UnsafeBufferPointer(rebasing: values[..<(rows * vocabularySize)]), vocabularySize: vocabularySize)
    }
}

extension AttentionPlan {
    fileprivate func add(_ span: StepPlan.Span, rows: Range<Int>, _ segments: [KVSegment]) {
        addSpan(rows: rows, firstPosition: span.firstPosition + rows.lowerBound - span.rows.lowerBound)
        for segment in segments[span.segments] { addSegment(slot: segment.slot.rawValue, count: segment.count) }
    }
}
