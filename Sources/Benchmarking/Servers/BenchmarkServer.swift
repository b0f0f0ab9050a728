import Foundation

/// A server that is measured.
public struct BenchmarkServer: Sendable {
    /// What tables call it.
    public var name: String
    public var endpoint: HTTPEndpoint
    /// The name of its model, as requests must give it.
    public var model: String

    public init(name: String, endpoint: HTTPEndpoint, model: String) {
        self.name = name
        self.endpoint = endpoint
        self.model = model
    }

    /// A server that is running, asked for its model's name.
    ///
    /// - Parameter description: an address, or `name=address`.
    public static func running(_ description: String, client: HTTPClient) async throws(BenchmarkError) -> Self {
        let address: Substring
        var name: String?
        if let cut = description.range(of: "=http") {
            name = String(description[..<cut.lowerBound])
            address = description[description.index(after: cut.lowerBound)...]
        } else {
            address = description[...]
        }
        let endpoint = try HTTPEndpoint(String(address))
        let answer = try await client.send(.get("/v1/models"), to: endpoint)
        guard answer.status == 200, let models = ModelList.read(answer.body), let model = models.first else {
            throw BenchmarkError(
                .badAnswer,
                "\(endpoint)/v1/models: status \(answer.status), no list of models: is it OpenAI-compatible?")
        }
        return BenchmarkServer(name: name ?? "\(endpoint.host):\(endpoint.port)", endpoint: endpoint, model: model)
    }
}
