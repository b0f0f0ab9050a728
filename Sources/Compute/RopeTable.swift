internal import CKernels

/// Cosines and sines of rotary position embeddings for positions 0..<`positions`.
///
/// Dimension pair i of a position turns by position × scale × base^(-2i / rotatedDimensions) / frequencyFactors[i].
/// Source: Su et al., RoFormer (2021); frequency factors as in Llama 3's `rope_freqs`.
public final class RopeTable: Sendable {
    /// Which dimensions of a head form a pair.
    public enum Layout: Sendable {
        /// (0, 1), (2, 3) …: GGUF's `llama`.
        case interleaved
        /// (0, n/2), (1, n/2 + 1) …: GGUF's `qwen2`, "NeoX".
        case halves

        var kernelLayout: kvk_rope_layout {
            switch self {
            case .interleaved: KVK_ROPE_INTERLEAVED
            case .halves: KVK_ROPE_HALVES
            }
        }
    }

    public let layout: Layout
    /// How many dimensions at the start of a head turn; the rest stays as it is.
    public let rotatedDimensions: Int
    /// Positions the table covers.
    public let positions: Int
    // Written in init alone.
    nonisolated(unsafe) let values: UnsafeMutablePointer<Float>
    private let byteCount: Int

    /// - Parameters:
    ///   - rotatedDimensions: even.
    ///   - scale: multiplies positions (1 / the factor of linear scaling).
    ///   - frequencyFactors: `rotatedDimensions / 2` divisors, or `nil` for none.
    ///   - positions: the longest context, in tokens.
    /// - Throws: `invalidShape`, `sizeMismatch`, `outOfMemory`.
    public init(
        layout: Layout, rotatedDimensions: Int, base: Double, scale: Double = 1, frequencyFactors: [Float]? = nil,
        positions: Int, team: ThreadTeam
    ) throws(ComputeError) {
        let context = "rotary positions [\(positions) × \(rotatedDimensions)]"
        guard rotatedDimensions % 2 == 0 else {
            throw ComputeError(code: .invalidShape, message: "rotated dimensions must be even", context: context)
        }
        if let frequencyFactors, frequencyFactors.count != rotatedDimensions / 2 {
            throw ComputeError(
                code: .sizeMismatch,
                message: "needs \(rotatedDimensions / 2) frequency factors, got \(frequencyFactors.count)",
                context: context
            )
        }
        byteCount = try WeightType.f32.byteCount(rows: positions, columns: rotatedDimensions, context: context)
        guard let memory = kvk_allocate(byteCount) else {
            throw ComputeError(code: .outOfMemory, message: "no memory for \(byteCount) bytes", context: context)
        }
        values = memory.bindMemory(to: Float.self, capacity: positions * rotatedDimensions)
        self.layout = layout
        self.rotatedDimensions = rotatedDimensions
        self.positions = positions
        if let frequencyFactors {
            kvk_rope_fill(team.team, positions, rotatedDimensions, base, scale, frequencyFactors, values)
        } else {
            kvk_rope_fill(team.team, positions, rotatedDimensions, base, scale, nil, values)
        }
    }

    /// Traps unless there is a position in the table for each row, and heads are wide enough.
    func check(_ positions: UnsafeBufferPointer<Int32>, rows: Int, headDimension: Int) {
        precondition(positions.count >= rows && rotatedDimensions <= headDimension, "positions do not fit")
        for position in positions.prefix(rows) {
            precondition(position >= 0 && Int(position) < self.positions, "position outside the table")
        }
    }

    deinit {
        kvk_free(values, byteCount)
    }
}
