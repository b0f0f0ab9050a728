import Foundation
import Logging
import NIOCore
import NIOPosix

@testable import KvasirServer

/// A server on a free port of the loopback interface, for the time of a closure.
struct TestServer: Sendable {
    let port: Int

    static func run(
        _ backend: GenerationBackend,
        configuration: ServerConfiguration = ServerConfiguration(port: 0, stopsOnSignals: false),
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = Server(backend: backend, configuration: configuration, logger: logger)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await server.run { port.yield($0) }
                port.finish()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else { throw TestServerError.didNotStart }
            defer { group.cancelAll() }
            try await body(TestServer(port: port))
        }
    }

    /// Opens a connection for the time of a closure.
    func connect<Result: Sendable>(
        _ body: @escaping @Sendable (inout TestConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = TestConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }

    /// Sends one request and reads the whole answer.
    func send(
        _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await connect { connection in
            try await connection.send(method, path, body: body.map { Array($0.utf8) }, headers: headers)
            return try await connection.readResponse()
        }
    }

    func post(_ path: String, _ body: String) async throws -> TestResponse {
        try await send("POST", path, body: body)
    }
}

enum TestServerError: Error {
    case didNotStart
    case connectionEnded
    case notHTTP(String)
}
