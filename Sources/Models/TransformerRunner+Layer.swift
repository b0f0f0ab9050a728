import Compute
import KVCache
import Scheduling

extension TransformerRunner {
    /// Rows that go into matrix products, brought into the form the weights want once for all that want the same.
    struct Input {
        let buffer: FloatBuffer
        let rows: Int
        var preparedFor: WeightType?

        init(_ buffer: FloatBuffer, rows: Int) {
            self.buffer = buffer
            self.rows = rows
        }
    }

    /// Runs a layer over `scratch.residual`.
    ///
    /// - Returns: the buffer with the residual stream after it: all rows, or behind the last layer the wanted ones alone.
    func run(_ index: Int, _ plan: StepPlan) -> FloatBuffer {
        let layer = model.transformer.layers[index]
        let isLast = index == model.transformer.layers.count - 1
        project(layer, rows: plan.tokens.count)
        store(index, plan)
        guard !isLast || !plan.logitRows.isEmpty else { return scratch.residual }
        operations.attention(
            layer: index, q: scratch.query, plan: isLast ? outputAttention : attention, storage: storage,
            scale: 1 / Float(model.configuration.headDimension).squareRoot(), into: scratch.attended)

        var rows = plan.tokens.count
        var (residual, normed, attended) = (scratch.residual, scratch.normed, scratch.attended)
        if isLast {
            // Nobody reads the other rows any more. Queries are used up, so their buffer takes the attended rows.
            rows = plan.logitRows.count
            operations.gatherRows(attended, indices: scratch.logitRows, into: scratch.query)
            operations.gatherRows(residual, indices: scratch.logitRows, into: normed)
            swap(&residual, &normed)
            attended = scratch.query
        }
        var input = Input(attended, rows: rows)
        multiply(&input, layer.attentionOutput, into: residual, accumulate: true)
        feedForward(layer, residual: residual, normed: normed, rows: rows)
        return residual
    }

    /// Queries, keys and values of all rows.
    private func project(_ layer: Transformer.Layer, rows: Int) {
        let configuration = model.configuration
        norm(scratch.residual, layer.attentionNorm, rows: rows, into: scratch.normed)
        var input = Input(scratch.normed, rows: rows)
        multiply(&input, layer.query, into: scratch.query)
        multiply(&input, layer.key, into: scratch.key)
        multiply(&input, layer.value, into: scratch.value)
        let positions = UnsafeBufferPointer(scratch.positions)
        for (buffer, heads) in [(scratch.query, configuration.headCount), (scratch.key, configuration.kvHeadCount)] {
            operations.rope(
                buffer, rows: rows, heads: heads, headDimension: configuration.headDimension, positions: positions,
                table: rope)
        }
    }

    private func store(_ index: Int, _ plan: StepPlan) {
        plan.writeSlots.withUnsafeBufferPointer { slots in
            slots.withMemoryRebound(to: Int32.self) { slots in
                operations.storeKV(
                    layer: index, k: scratch.key, v: scratch.value, rows: slots.count, writeSlots: slots,
                    storage: storage)
            }
        }
    }

    private func feedForward(_ layer: Transformer.Layer, residual: FloatBuffer, normed: FloatBuffer, rows: Int) {
        norm(residual, layer.feedForwardNorm, rows: rows, into: normed)
        var input = Input(normed, rows: rows)
        multiply(&input, layer.gate, into: scratch.gate)
        multiply(&input, layer.up, into: scratch.up)
        operations.siluMultiply(gate: scratch.gate, up: scratch.up, rows: rows, into: scratch.gate)
        var hidden = Input(scratch.gate, rows: rows)
        multiply(&hidden, layer.down, into: residual, accumulate: true)
    }

    func norm(_ x: FloatBuffer, _ weight: WeightVector, rows: Int, into out: FloatBuffer) {
        operations.rmsNorm(x, rows: rows, weight: weight.values, epsilon: model.configuration.normEpsilon, into: out)
    }

    func multiply(
        _ input: inout Input, _ projection: Transformer.Projection, into out: FloatBuffer, accumulate: Bool = false
    ) {
        let type = projection.weights.type
        if input.preparedFor != type {
            operations.prepare(input.buffer, rows: input.rows, for: type, into: scratch.activations)
            input.preparedFor = type
        }
        operations.multiply(
            scratch.activations, projection.weights, bias: projection.bias?.values, into: out, accumulate: accumulate)
    }
}
