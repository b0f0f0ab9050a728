/// Why a tokenizer could not be made from a ``TokenizerConfiguration``.
public struct TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case unsupportedModel
        case unsupportedPreTokenizer
        case emptyVocabulary
        case vocabularyTooLarge
        case tokenTypesTooShort
        case duplicateToken
        case malformedMerge
        case tokenOutOfRange
        case missingToken
    }

    public let code: Code
    /// What is wrong and, where that helps, what would be right.
    public let message: String
    /// The field at fault, by its GGUF name.
    public let field: String
    /// The entry of ``field`` at fault, if it is a list.
    public let index: Int?

    public init(code: Code, message: String, field: String, index: Int? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.index = index
    }

    public var description: String {
        if let index {
            "\(field)[\(index)]: \(message)"
        } else {
            "\(field): \(message)"
        }
    }
}
