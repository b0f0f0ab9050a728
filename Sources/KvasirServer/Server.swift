import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The OpenAI-compatible HTTP server of one model.
public struct Server: Sendable {
    let backend: GenerationBackend
    let configuration: ServerConfiguration
    let logger: Logger
    private let shutdownEngine: @Sendable () async -> Void

    init(
        backend: GenerationBackend,
        configuration: ServerConfiguration,
        logger: Logger,
        shutdownEngine: @escaping @Sendable () async -> Void = {}
    ) {
        self.backend = backend
        self.configuration = configuration
        self.logger = logger
        self.shutdownEngine = shutdownEngine
    }

    /// Serves until SIGTERM or SIGINT comes or the task is cancelled; then requests under way are finished and new ones refused.
    ///
    /// - Parameter onListening: Is called once, with the port, when connections are accepted.
    /// - Throws: ``ServerError`` if the address cannot be listened on.
    public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
        let host = configuration.host
        let port = configuration.port
        let application = Application(
            responder: APIResponder(
                backend: backend, configuration: configuration, statistics: HTTPStatistics()),
            server: .http1(
                configuration: .init(additionalChannelHandlers: [ConnectionMonitor()], idleTimeout: .seconds(75))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "kvasir"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: logger)
        var services = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: configuration.stopsOnSignals ? [.sigterm, .sigint] : [],
            logger: logger)
        services.maximumGracefulShutdownDuration = configuration.drainTimeout
        do {
            try await ServiceGroup(configuration: services).run()
        } catch  where error is IOError || error is SocketAddressError || error is SocketAddressError.UnknownHost {
            await shutdownEngine()
            throw ServerError(code: .cannotListen, message: "cannot listen on \(host):\(port): \(Self.reason(error))")
        } catch {
            await shutdownEngine()
            throw error
        }
        await shutdownEngine()
    }

    /// What went wrong with an address, in the system's words where it has some.
    private static func reason(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }
}
