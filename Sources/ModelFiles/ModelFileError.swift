/// Why a model file cannot be used: one error, for the first fault found.
public struct ModelFileError: Error, Hashable, Sendable {
    /// What kind of fault it is, for code that decides by it.
    public enum Code: String, Sendable {
        /// The file cannot be opened, is no regular file, or cannot be mapped.
        case unreadable
        /// The file is of another format.
        case wrongFormat = "wrong_format"
        /// A GGUF file of a version or byte order this reader does not know.
        case unsupportedVersion = "unsupported_version"
        /// The file ends before what it promised.
        case truncated
        /// A count or length larger than the file could hold.
        case implausibleSize = "implausible_size"
        /// A key or a tensor name that occurs twice.
        case duplicate
        /// A value that the format forbids.
        case invalidValue = "invalid_value"
        /// A metadata key that was asked for is not there.
        case missingKey = "missing_key"
        /// A metadata key holds another type than was asked for.
        case wrongType = "wrong_type"
        /// A tensor that was asked for is not there.
        case missingTensor = "missing_tensor"
        /// The tensor's data type is unknown, so its size is too.
        case unknownTensorType = "unknown_tensor_type"
    }

    public let code: Code
    /// The file's path, or the name given to embedded bytes.
    public let file: String
    /// The metadata key, tensor or header field at fault.
    public let field: String?
    /// The byte offset in the file at which the fault shows.
    public let offset: Int?
    /// What is wrong, in a sentence without a full stop.
    public let reason: String

    public init(_ code: Code, file: String, field: String? = nil, offset: Int? = nil, reason: String) {
        self.code = code
        self.file = file
        self.field = field
        self.offset = offset
        self.reason = reason
    }
}

extension ModelFileError: CustomStringConvertible {
    public var description: String {
        var text = file
        if let field { text += ": \(field)" }
        if let offset { text += " (at byte \(offset))" }
        return text + ": " + reason
    }
}
