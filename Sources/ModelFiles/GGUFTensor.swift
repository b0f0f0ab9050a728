/// A tensor of a GGUF file: its description, and its bytes in the mapping.
public struct GGUFTensor: Sendable {
    public let name: String
    public let type: GGMLType
    /// The dimensions, fastest first, as in the file: `[columns, rows]` for a matrix. One to four, each at least 1.
    public let shape: [Int]
    /// The product of the dimensions.
    public let elementCount: Int
    /// Where the data begins, from the start of the file.
    public let offset: Int
    /// The size of the data; nil when the type is unknown.
    public let byteCount: Int?
    /// Owns the bytes; keep it as long as pointers into them.
    public let file: ModelFileBytes

    /// The data; valid as long as `file` is. Its address is a multiple of the file's alignment where the file's is mapped.
    /// - Throws: `unknownTensorType` where the type's size is unknown.
    public var bytes: UnsafeRawBufferPointer {
        get throws(ModelFileError) {
            guard let byteCount else {
                throw ModelFileError(
                    .unknownTensorType, file: file.name, field: "tensor \(name.quoted)", offset: offset,
                    reason: "its data type, number \(type.rawValue), is unknown")
            }
            return UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + byteCount])
        }
    }
}
