import Foundation

/// The answer of `/v1/models`.
enum ModelList {
    private struct Page: Decodable {
        struct Model: Decodable {
            var id: String
        }

        var data: [Model]
    }

    /// The models' names, or `nil` for something else.
    static func read(_ body: [UInt8]) -> [String]? {
        (try? JSONDecoder().decode(Page.self, from: Data(body)))?.data.map(\.id)
    }
}
