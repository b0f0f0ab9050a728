import Foundation

/// The body of a request for a streamed completion, as every OpenAI-compatible server takes it.
struct CompletionBody: Encodable {
    struct StreamOptions: Encodable {
        var includeUsage = true
    }

    var model: String
    var prompt: Prompt
    var maxTokens: Int
    var n: Int?
    var temperature: Double
    var seed = 1
    var stream = true
    var streamOptions = StreamOptions()
    /// Not OpenAI's, but of all servers here: answers have the length that was asked for.
    var ignoreEos = true

    /// - Parameter samples: above 1 they are drawn at random, so that they differ.
    init(model: String, prompt: Prompt, outputTokens: Int, samples: Int) {
        self.model = model
        self.prompt = prompt
        maxTokens = outputTokens
        n = samples > 1 ? samples : nil
        temperature = samples > 1 ? 1 : 0
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Encoding numbers and strings cannot fail; were it to, the server would say that the body is empty.
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }
}

extension Prompt: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .tokens(let tokens): try container.encode(tokens)
        case .text(let text): try container.encode(text)
        }
    }
}
