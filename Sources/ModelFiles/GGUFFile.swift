/// A model file in the GGUF format, versions 2 and 3, little-endian.
///
///     ┌────────┬─────────┬──────────────┬────────────────┐
///     │ "GGUF" │ version │ tensor count │ metadata count │   4 + 4 + 8 + 8 bytes
///     ├────────┴─────────┴──────────────┴────────────────┤
///     │ metadata: key, type, value                       │   strings: 8-byte length, then bytes
///     ├──────────────────────────────────────────────────┤
///     │ tensors: name, dimensions, type, offset          │   offsets count from the data's start
///     ├──────────────────────────────────────────────────┤
///     │ padding to general.alignment (32)                │
///     ├──────────────────────────────────────────────────┤
///     │ data, each tensor aligned                        │
///     └──────────────────────────────────────────────────┘
///
/// Opening checks the whole of header, metadata and tensor descriptions, so that nothing read later can lie outside the
/// file; the tensors' data is not touched. Every byte is taken for hostile: faults are thrown as `ModelFileError`, and
/// memory use is proportional to the file. Format: ggml's `docs/gguf.md`.
public final class GGUFFile: Sendable {
    /// The file's format version, 2 or 3.
    public let version: Int
    public let metadata: GGUFMetadata
    /// All tensors in file order; names are distinct.
    public let tensors: [GGUFTensor]
    /// The mapping.
    public let file: ModelFileBytes
    private let tensorIndices: [String: Int]

    /// Maps and checks a file.
    public convenience init(path: String) throws(ModelFileError) {
        try self.init(ModelFileBytes(path: path))
    }

    /// Checks a file that is in memory already.
    ///
    /// - Parameters:
    ///   - bytes: must stay as they are as long as the process lives.
    ///   - name: stands for the path in errors.
    public convenience init(bytes: UnsafeRawBufferPointer, name: String) throws(ModelFileError) {
        try self.init(ModelFileBytes(immortal: bytes, name: name))
    }

    public init(_ file: ModelFileBytes) throws(ModelFileError) {
        let header = try GGUFParser.parse(file)
        self.file = file
        version = header.version
        metadata = header.metadata
        tensors = header.tensors
        tensorIndices = header.tensorIndices
    }

    /// The file's path, or the name given to embedded bytes.
    public var name: String { file.name }

    /// The size of the whole file in bytes.
    public var byteCount: Int { file.bytes.count }

    /// The tensor of that name, if it is there.
    public func tensorIfPresent(_ name: String) -> GGUFTensor? {
        tensorIndices[name].map { tensors[$0] }
    }

    /// - Throws: `missingTensor`.
    public func tensor(_ name: String) throws(ModelFileError) -> GGUFTensor {
        if let tensor = tensorIfPresent(name) { return tensor }
        throw ModelFileError(.missingTensor, file: self.name, field: "tensor \(name.quoted)", reason: "is missing")
    }
}
