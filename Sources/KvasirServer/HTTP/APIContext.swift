import Hummingbird
import Logging
import NIOCore

/// What a request comes with besides itself.
struct APIContext: InitializableFromSource, Sendable {
    let channel: any Channel
    let logger: Logger

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }

    /// The monitor of the request's connection.
    ///
    /// - Throws: `CancellationError` if the client has gone, and the monitor with it.
    func monitor() async throws(CancellationError) -> ConnectionMonitor {
        do {
            return try await channel.pipeline.handler(type: ConnectionMonitor.self).get()
        } catch {
            throw CancellationError()
        }
    }
}
