import Foundation
import JSON

@testable import KvasirServer

/// An answer as a client sees it.
struct TestResponse: Sendable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]
    /// Chunks that it came in; 0 for a body of known length.
    var chunks: Int

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> TestJSON { TestJSON(value: try JSONReader.read(body)) }

    /// The error's parts: status, parameter and code.
    func error() throws -> [String] {
        let error = try json()["error"]
        return [String(status), error["param"].string ?? "-", error["code"].string ?? "-"]
    }

    /// The data of a stream's events.
    var events: [String] {
        text.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map {
            $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : "not an event: \($0)"
        }
    }

    /// The JSON of a stream's events, without the end mark.
    func eventValues() throws -> [TestJSON] {
        try events.filter { $0 != "[DONE]" }.map { try TestJSON($0) }
    }

    /// A counter's or gauge's value on a page of metrics.
    func metric(_ name: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }
}
