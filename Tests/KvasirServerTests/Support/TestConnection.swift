import Foundation
import NIOCore

/// A client's side of a connection, byte by byte, so that tests see what the server sends and when.
struct TestConnection {
    var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var unread: [UInt8] = []

    init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func send(_ method: String, _ path: String, body: [UInt8]?, headers: [String: String] = [:]) async throws {
        var request = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        if let body { request += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        try await outbound.write(ByteBuffer(bytes: Array((request + "\r\n").utf8) + (body ?? [])))
    }

    /// Reads up to and with a text.
    mutating func read(through text: String) async throws -> String {
        let pattern = Array(text.utf8)
        while true {
            if let start = unread.indices.first(where: { unread[$0...].starts(with: pattern) }) {
                return String(decoding: take(start + pattern.count), as: UTF8.self)
            }
            try await readMore()
        }
    }

    /// Reads one answer, chunked or not.
    mutating func readResponse() async throws -> TestResponse {
        let head = try await read(through: "\r\n\r\n")
        var lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
        let words = lines.removeFirst().split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw TestServerError.notHTTP(head) }
        var headers: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        var body: [UInt8] = []
        var chunks = 0
        if headers["transfer-encoding"] == "chunked" {
            while let size = Int(try await read(through: "\r\n").trimmingCharacters(in: .newlines), radix: 16) {
                body += try await read(count: size)
                _ = try await read(count: 2)
                if size == 0 { break }
                chunks += 1
            }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            body = try await read(count: length)
        }
        return TestResponse(status: status, headers: headers, body: body, chunks: chunks)
    }

    private mutating func read(count: Int) async throws -> [UInt8] {
        while unread.count < count { try await readMore() }
        return take(count)
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    private mutating func readMore() async throws {
        guard let next = try await inbound.next() else { throw TestServerError.connectionEnded }
        unread += next.readableBytesView
    }
}
