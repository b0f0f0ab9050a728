internal import CKernels

/// Scratch memory for activations: f32, [`rows` × `columns`], row-major, on a 64-byte border, zero at first.
///
/// Operations take how many of its rows are in use. It belongs to one runner and is not `Sendable`.
public final class FloatBuffer {
    public let rows: Int
    public let columns: Int
    /// All elements, row after row; valid while the buffer lives.
    public let values: UnsafeMutableBufferPointer<Float>
    private let base: UnsafeMutablePointer<Float>
    private let byteCount: Int

    /// - Throws: `invalidShape`, `outOfMemory`.
    public init(rows: Int, columns: Int) throws(ComputeError) {
        let context = "buffer [\(rows) × \(columns)]"
        byteCount = try WeightType.f32.byteCount(rows: rows, columns: columns, context: context)
        guard let memory = kvk_allocate(byteCount) else {
            throw ComputeError(code: .outOfMemory, message: "no memory for \(byteCount) bytes", context: context)
        }
        self.rows = rows
        self.columns = columns
        let count = rows * columns
        base = memory.bindMemory(to: Float.self, capacity: count)
        values = UnsafeMutableBufferPointer(start: base, count: count)
    }

    deinit {
        kvk_free(base, byteCount)
    }

    /// One row.
    public subscript(row: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: values[row * columns..<(row + 1) * columns])
    }

    /// The first row, from a column on; checks that `count` columns and `rowCount` rows are there.
    func columns(from offset: Int, count: Int, rows rowCount: Int) -> UnsafeMutablePointer<Float> {
        precondition(offset >= 0 && count >= 0 && offset + count <= columns, "columns outside the buffer")
        precondition(rowCount >= 0 && rowCount <= rows, "rows outside the buffer")
        return base + offset
    }
}
