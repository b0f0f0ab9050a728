import Compute
import KVCache
import Scheduling

extension TransformerRunner {
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
        var (residual, attended) = (scratch.residual, scratch.attended)
        if isLast {
            // Nobody reads the other rows any more. Queries are used up, so their buffer takes the attended rows.
            rows = plan.logitRows.count
            operations.gatherRows(attended, indices: scratch.logitRows, into: scratch.query)
            operations.gatherRows(residual, indices: scratch.logitRows, into: scratch.wanted)
            (residual, attended) = (scratch.wanted, scratch.query)
        }
        multiply(attended, rows: rows, layer.attentionOutput, into: residual)
        feedForward(layer, residual: residual, rows: rows)
        return residual
    }

    /// Queries, keys and values of all rows.
    private func project(_ layer: Transformer.Layer, rows: Int) {
        let outputs = [(layer.query, scratch.query), (layer.key, scratch.key), (layer.value, scratch.value)]
        multiplyNormed(
            scratch.residual, rows: rows, norm: layer.attentionNorm,
            outputs.map { Operations.Product($0.weights, bias: $0.bias?.values, into: $1) })
    }

    /// Rotates queries and keys, and keeps keys and values.
    private func store(_ index: Int, _ plan: StepPlan) {
        plan.writeSlots.withUnsafeBufferPointer { slots in
            slots.withMemoryRebound(to: Int32.self) { slots in
                operations.ropeAndStoreKV(
                    layer: index, q: scratch.query, heads: model.configuration.headCount, k: scratch.key,
                    v: scratch.value, rows: slots.count, positions: UnsafeBufferPointer(scratch.positions), table: rope,
                    writeSlots: slots, storage: storage)
            }
        }
    }

    /// residual += down · (silu(gate · normed) * (up · normed)).
    private func feedForward(_ layer: Transformer.Layer, residual: FloatBuffer, rows: Int) {
        let (gate, up, down) = (layer.gate, layer.up, layer.down)
        if gate.weights.type.activationForm == up.weights.type.activationForm {
            prepareNormed(residual, rows: rows, layer.feedForwardNorm, for: gate.weights.type)
            operations.multiplyGated(
                scratch.activations, gate: gate.weights, gateBias: gate.bias?.values, up: up.weights,
                upBias: up.bias?.values, scratch: scratch.gate, for: down.weights.type, into: scratch.hidden)
        } else {
            multiplyNormed(
                residual, rows: rows, norm: layer.feedForwardNorm,
                [
                    Operations.Product(gate.weights, bias: gate.bias?.values, into: scratch.gate),
                    Operations.Product(up.weights, bias: up.bias?.values, into: scratch.up),
                ])
            operations.siluMultiply(gate: scratch.gate, up: scratch.up, rows: rows, into: scratch.gate)
            operations.prepare(scratch.gate, rows: rows, for: down.weights.type, into: scratch.hidden)
        }
        operations.multiply(
            scratch.hidden, down.weights, bias: down.bias?.values, into: residual, accumulate: true)
    }

    /// residual += projection · x.
    private func multiply(
        _ x: FloatBuffer, rows: Int, _ projection: Transformer.Projection, into residual: FloatBuffer
    ) {
        operations.prepare(x, rows: rows, for: projection.weights.type, into: scratch.activations)
        operations.multiply(
            scratch.activations, projection.weights, bias: projection.bias?.values, into: residual, accumulate: true)
    }

    /// Products of the normed rows of `x`, together where their weights want the same form of them.
    func multiplyNormed(_ x: FloatBuffer, rows: Int, norm: WeightVector, _ products: [Operations.Product]) {
        var rest = products[...]
        while let type = rest.first?.weights.type {
            let next = rest.partition { $0.weights.type.activationForm == type.activationForm }
            prepareNormed(x, rows: rows, norm, for: type)
            operations.multiply(scratch.activations, Array(rest[next...]))
            rest = rest[..<next]
        }
    }

    private func prepareNormed(_ x: FloatBuffer, rows: Int, _ norm: WeightVector, for type: WeightType) {
        operations.prepareNormed(
            x, rows: rows, weight: norm.values, epsilon: model.configuration.normEpsilon, for: type,
            into: scratch.activations)
    }
}
