/// What can go wrong when weights are loaded or memory is set up. Running a step throws nothing.
public struct ComputeError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// A dimension is zero, too large, or not a multiple of what the type needs.
        case invalidShape = "invalid_shape"
        /// The bytes given are not as many as the shape needs.
        case sizeMismatch = "size_mismatch"
        /// The system gives no memory of this size.
        case outOfMemory = "out_of_memory"
        /// No instruction set has this name, or this processor lacks it.
        case unknownInstructionSet = "unknown_instruction_set"
    }

    public let code: Code
    public let message: String
    /// What it concerns: a matrix, a buffer, a variable.
    public let context: String

    public init(code: Code, message: String, context: String) {
        self.code = code
        self.message = message
        self.context = context
    }

    public var description: String { "\(context): \(message) (\(code.rawValue))" }
}
