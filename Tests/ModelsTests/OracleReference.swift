import Foundation

/// What llama.cpp answered for a model of `Tests/Fixtures`; its README explains the fields.
struct OracleReference: Decodable {
    struct Case: Decodable {
        let prompt: [Int32]
        let tokens: [Int32]
        let stored: Table
        let exact: Table
    }

    struct Table: Decodable {
        let ids: [[Int]]
        let logprobs: [[Double]]

        /// How far the best token is ahead of the second in a step.
        func lead(_ step: Int) -> Double { logprobs[step][0] - logprobs[step][1] }
    }

    struct Difference: Decodable {
        let max: Double
        let mean: Double
    }

    let model: String
    let storedAgainstExact: Difference
    let cases: [Case]

    private static let fixtures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    init(named name: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let url = Self.fixtures.appendingPathComponent("references/\(name).json")
        self = try decoder.decode(OracleReference.self, from: Data(contentsOf: url))
    }

    var modelPath: String { Self.fixtures.appendingPathComponent(model).path }
}
