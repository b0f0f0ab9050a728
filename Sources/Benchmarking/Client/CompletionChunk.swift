import Foundation

/// What one event of a streamed completion tells, in the shape of OpenAI's `/v1/completions` as servers send it.
struct CompletionChunk: Decodable {
    struct Choice: Decodable {
        var index: Int?
        var text: String?
    }

    struct Usage: Decodable {
        struct Details: Decodable {
            var cachedTokens: Int?
        }

        var promptTokens: Int?
        var completionTokens: Int?
        var promptTokensDetails: Details?
    }

    struct Failure: Decodable {
        var message: String?
    }

    var choices: [Choice]?
    var usage: Usage?
    var error: Failure?

    /// `nil` for what is not a chunk, like `[DONE]`, or a server's `null` that only opens a stream.
    static func read(_ data: [UInt8]) -> CompletionChunk? {
        guard data.first == UInt8(ascii: "{") else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(CompletionChunk.self, from: Data(data))
    }

    /// The choices for which the chunk brings a token. Servers send a chunk for each token, also for one without text; none
    /// sends a choice of a completion before its first token.
    var tokenChoices: [Int] {
        (choices ?? []).map { $0.index ?? 0 }
    }
}
