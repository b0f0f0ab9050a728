internal import CKernels

/// Rows of weights that are looked up, not multiplied: left as they stand in the model file, perhaps in its mapping.
public final class EmbeddingTable: Sendable {
    public let type: WeightType
    /// The number of rows: the vocabulary.
    public let rowCount: Int
    /// The elements in a row.
    public let columns: Int
    // Never written; `owner` keeps the memory alive and is not touched otherwise.
    nonisolated(unsafe) let base: UnsafeRawPointer
    nonisolated(unsafe) private let owner: AnyObject?

    /// - Parameters:
    ///   - bytes: `rowCount` rows of `columns` elements as in a GGUF file, at any alignment; not copied.
    ///   - owner: kept as long as the table, so that `bytes` stays valid.
    /// - Throws: `invalidShape`, `sizeMismatch`.
    public init(
        type: WeightType, rowCount: Int, columns: Int, bytes: UnsafeRawBufferPointer, owner: AnyObject?
    ) throws(ComputeError) {
        let context = "\(type.rawValue) table [\(rowCount) × \(columns)]"
        let expected = try type.byteCount(rows: rowCount, columns: columns, context: context)
        guard bytes.count == expected, let base = bytes.baseAddress else {
            throw ComputeError(
                code: .sizeMismatch, message: "needs \(expected) bytes, got \(bytes.count)", context: context)
        }
        self.type = type
        self.rowCount = rowCount
        self.columns = columns
        self.base = base
        self.owner = owner
    }
}
