import Hummingbird
import NIOCore
import Synchronization

/// Tells who asks when a connection's client goes away, while the connection is otherwise left alone and can serve further requests.
///
/// Hummingbird reads on while a request is answered, so the end of the client's stream arrives here at once. A client that only shuts down its
/// sending side counts as gone: nobody who waits for an answer does that.
final class ConnectionMonitor: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private struct State {
        var isClosed = false
        var nextWatch = 0
        var watches: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// Calls `body` once when the client goes away, at once if it has gone; until ``endWatch(_:)``.
    func beginWatch(_ body: @escaping @Sendable () -> Void) -> Int {
        let (watch, isClosed) = state.withLock { state in
            let watch = state.nextWatch
            state.nextWatch += 1
            if !state.isClosed {
                state.watches[watch] = body
            }
            return (watch, state.isClosed)
        }
        if isClosed { body() }
        return watch
    }

    func endWatch(_ watch: Int) {
        state.withLock { $0.watches[watch] = nil }
    }

    /// Whether the client has gone.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            close()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close()
        context.fireErrorCaught(error)
    }

    private func close() {
        let watches = state.withLock { state in
            state.isClosed = true
            defer { state.watches = [:] }
            return state.watches
        }
        for watch in watches.values { watch() }
    }
}
