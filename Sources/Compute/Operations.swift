internal import CKernels

/// The operations of a forward pass, each spread over the threads of a team.
///
/// Rows are tokens. The first `rows` rows of each buffer take part. The result of a row depends on that row and on the
/// shapes alone: not on other rows, their number, the thread count or how keys and values are segmented. Buffers and
/// storage must not be used by anyone else meanwhile. Shapes that do not fit are programmer errors and trap.
public struct Operations: Sendable {
    public let team: ThreadTeam

    public init(team: ThreadTeam) {
        self.team = team
    }

    /// out[r] = the table's row `tokens[r]`, as f32.
    public func embed(tokens: UnsafeBufferPointer<Int32>, table: EmbeddingTable, into out: FloatBuffer) {
        guard !tokens.isEmpty else { return }
        for token in tokens {
            precondition(token >= 0 && Int(token) < table.rowCount, "no such row in the table")
        }
        kvk_embed(
            team.kernels, team.team, table.type.kernelType, table.base, table.columns, tokens.baseAddress, tokens.count,
            out.columns(from: 0, count: table.columns, rows: tokens.count), out.columns)
    }

    /// out[r][i] = x[r][i] / √(mean(x[r]²) + epsilon) · weight[i], for `weight.count` columns; `out` may be `x`.
    public func rmsNorm(
        _ x: FloatBuffer, rows: Int, weight: UnsafeBufferPointer<Float>, epsilon: Float, into out: FloatBuffer
    ) {
        kvk_rms_norm(
            team.kernels, team.team, x.columns(from: 0, count: weight.count, rows: rows), x.columns, rows, weight.count,
            weight.baseAddress, epsilon, out.columns(from: 0, count: weight.count, rows: rows), out.columns)
    }

    /// Rotates `heads` heads from `columnOffset` on, in place; `positions` has one entry a row.
    public func rope(
        _ x: FloatBuffer, columnOffset: Int = 0, rows: Int, heads: Int, headDimension: Int,
        positions: UnsafeBufferPointer<Int32>, table: RopeTable
    ) {
        table.check(positions, rows: rows, headDimension: headDimension)
        kvk_rope(
            team.kernels, team.team, x.columns(from: columnOffset, count: heads * headDimension, rows: rows), x.columns,
            rows, heads, headDimension, table.layout.kernelLayout, table.rotatedDimensions, positions.baseAddress,
            table.values)
    }

    /// out = gate · sigmoid(gate) · up, for all columns of `out`; `out` may be one of the inputs.
    public func siluMultiply(
        gate: FloatBuffer, gateOffset: Int = 0, up: FloatBuffer, upOffset: Int = 0, rows: Int, into out: FloatBuffer
    ) {
        kvk_silu_multiply(
            team.kernels, team.team, gate.columns(from: gateOffset, count: out.columns, rows: rows), gate.columns,
            up.columns(from: upOffset, count: out.columns, rows: rows), up.columns, rows, out.columns,
            out.columns(from: 0, count: out.columns, rows: rows), out.columns)
    }

    /// out += x, for all columns of `out`.
    public func add(_ x: FloatBuffer, rows: Int, into out: FloatBuffer) {
        kvk_add(
            team.kernels, team.team, x.columns(from: 0, count: out.columns, rows: rows), x.columns, rows, out.columns,
            out.columns(from: 0, count: out.columns, rows: rows), out.columns)
    }

    /// out[i] = x[indices[i]], for all columns of `out`; the two differ.
    public func gatherRows(_ x: FloatBuffer, indices: UnsafeBufferPointer<Int32>, into out: FloatBuffer) {
        precondition(x !== out && x.columns >= out.columns && indices.count <= out.rows, "rows do not fit")
        for (target, source) in indices.enumerated() {
            precondition(source >= 0 && Int(source) < x.rows, "no such row")
            _ = out[target].update(fromContentsOf: x[Int(source)].prefix(out.columns))
        }
    }
}
