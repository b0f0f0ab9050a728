import NIOCore
import NIOHTTP1

/// A request that is ready to be sent.
struct HTTPRequest: Sendable {
    var method: HTTPMethod
    var path: String
    var body = ByteBuffer()

    static func get(_ path: String) -> HTTPRequest {
        HTTPRequest(method: .GET, path: path)
    }

    static func post(_ path: String, json: [UInt8]) -> HTTPRequest {
        HTTPRequest(method: .POST, path: path, body: ByteBuffer(bytes: json))
    }
}
