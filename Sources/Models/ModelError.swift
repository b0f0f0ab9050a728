/// Why a model cannot be loaded or run. (Faults of the file format itself are `ModelFileError`s.)
public struct ModelError: Error, Hashable, Sendable {
    /// What kind of fault it is, for code that decides by it.
    public enum Code: String, Sendable {
        /// A kind of model that Kvasir does not run.
        case unsupportedArchitecture = "unsupported_architecture"
        /// A feature within a known architecture that Kvasir lacks.
        case unsupportedFeature = "unsupported_feature"
        /// A tensor whose data type has no kernels.
        case unsupportedTensorType = "unsupported_tensor_type"
        /// A hyperparameter that makes no sense.
        case invalidConfiguration = "invalid_configuration"
        /// A tensor that is missing, of the wrong shape, or has no place in the architecture.
        case invalidTensor = "invalid_tensor"
        /// A step that the runner cannot run: too many rows, or a token or slot that does not exist.
        case invalidStep = "invalid_step"
    }

    public let code: Code
    /// The model file's path or name.
    public let model: String
    /// The metadata key, the tensor or the part of the step at fault.
    public let field: String?
    /// What is wrong, in a sentence without a full stop.
    public let reason: String

    public init(_ code: Code, model: String, field: String? = nil, reason: String) {
        self.code = code
        self.model = model
        self.field = field
        self.reason = reason
    }
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        [model, field, reason].compactMap { $0 }.joined(separator: ": ")
    }
}
