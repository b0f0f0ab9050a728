import NIOCore
import NIOHTTP1
import NIOPosix

/// A client for measuring: one connection a request, opened when the request is due, and the time noted with each piece that comes.
///
/// Nothing is parsed while requests run; one thread serves them all and sleeps in between, so that it takes next to nothing from a server
/// on the same machine.
public final class HTTPClient: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let timeout: TimeAmount

    /// - Parameter timeout: seconds after which an answer is given up.
    public init(timeout: Int = 900) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.timeout = .seconds(Int64(timeout))
    }

    /// Must be called at the end, when no request runs.
    public func shutdown() async {
        try? await group.shutdownGracefully()
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - due: when it is sent; the connection is opened then.
    ///   - leaving: after how long the connection is closed, come what may.
    /// - Throws: `BenchmarkError.noConnection`.
    func send(
        _ request: HTTPRequest, to endpoint: HTTPEndpoint, due: NIODeadline = .now(), leaving: TimeAmount? = nil
    ) async throws(BenchmarkError) -> HTTPAnswer {
        let loop = group.next()
        let timeout = timeout
        let answer = loop.flatScheduleTask(deadline: due) {
            let promise = loop.makePromise(of: HTTPAnswer.self)
            ClientBootstrap(group: loop)
                .connectTimeout(.seconds(10))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(
                            HTTPExchange(
                                request, to: endpoint, leavingAt: leaving.map { due + $0 }, givingUpAt: due + timeout,
                                promise: promise))
                    }
                }
                .connect(host: endpoint.host, port: endpoint.port)
                .whenFailure { promise.fail($0) }
            return promise.futureResult
        }
        do {
            return try await answer.futureResult.get()
        } catch {
            throw BenchmarkError(.noConnection, "\(endpoint): \(error)")
        }
    }
}
