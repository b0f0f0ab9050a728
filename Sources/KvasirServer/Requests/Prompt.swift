import JSON
import KVCache

/// A prompt as a request gives it.
enum Prompt: Equatable, Sendable {
    case text(String)
    case tokens([TokenID])
}

extension Prompt {
    /// The prompts of a completion request: text, a list of texts, token ids, or a list of lists of them.
    ///
    /// - Parameter vocabularySize: Token ids are from 0 to one less.
    static func list(
        _ value: JSONValue, field: String, vocabularySize: Int, maximumCount: Int
    ) throws(APIError) -> [Prompt] {
        switch value {
        case .string(let text):
            return [.text(text)]
        case .array(let elements):
            guard let first = elements.first else {
                throw .invalid(field, "'\(field)' must not be an empty list", code: "invalid_value")
            }
            if first.number != nil {
                return [.tokens(try tokens(elements, field: field, vocabularySize: vocabularySize))]
            }
            if elements.count > maximumCount {
                throw .invalid(
                    field, "'\(field)' has \(elements.count) prompts; at most \(maximumCount) are taken at once",
                    code: "invalid_value")
            }
            var prompts: [Prompt] = []
            for (index, element) in elements.enumerated() {
                let path = "\(field)[\(index)]"
                switch element {
                case .string(let text):
                    prompts.append(.text(text))
                case .array(let ids):
                    prompts.append(.tokens(try tokens(ids, field: path, vocabularySize: vocabularySize)))
                default:
                    throw .wrongType(path, expected: "a string or a list of token ids", found: element)
                }
            }
            return prompts
        default:
            throw .wrongType(field, expected: "a string, a list of strings, or token ids", found: value)
        }
    }

    /// Token ids, checked against the vocabulary.
    static func tokens(
        _ elements: [JSONValue], field: String, vocabularySize: Int
    ) throws(APIError) -> [TokenID] {
        var tokens: [TokenID] = []
        tokens.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let id = element.exactInteger, let token = Int32(exactly: id), token >= 0, token < vocabularySize
            else {
                let path = "\(field)[\(index)]"
                if element.number == nil {
                    throw .wrongType(path, expected: "a token id", found: element)
                }
                throw .invalid(
                    path, "'\(path)' is not a token id of this model, which are from 0 to \(vocabularySize - 1)",
                    code: "invalid_value")
            }
            tokens.append(TokenID(token))
        }
        return tokens
    }
}
