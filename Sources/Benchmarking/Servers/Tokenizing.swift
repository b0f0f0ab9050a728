import Foundation

/// The `/tokenize` of llama.cpp's server, which Kvasir has too.
enum Tokenizing {
    private struct Request: Encodable {
        var content: String
    }

    private struct Answer: Decodable {
        var tokens: [Int32]
    }

    /// A text's tokens, or `nil` where the server does not tell.
    static func tokens(of text: String, on server: BenchmarkServer, client: HTTPClient) async -> [Int32]? {
        guard let body = try? JSONEncoder().encode(Request(content: text)),
            let answer = try? await client.send(.post("/tokenize", json: Array(body)), to: server.endpoint),
            answer.status == 200
        else { return nil }
        return (try? JSONDecoder().decode(Answer.self, from: Data(answer.body)))?.tokens
    }
}
