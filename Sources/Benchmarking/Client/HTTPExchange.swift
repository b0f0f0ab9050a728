import NIOCore
import NIOHTTP1

/// One request and its answer on a connection of their own.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequest
    private let endpoint: HTTPEndpoint
    private let leavingAt: NIODeadline?
    private let givingUpAt: NIODeadline
    private var promise: EventLoopPromise<HTTPAnswer>?
    private var answer = HTTPAnswer()
    private var timers: [Scheduled<Void>] = []

    init(
        _ request: HTTPRequest, to endpoint: HTTPEndpoint, leavingAt: NIODeadline?, givingUpAt: NIODeadline,
        promise: EventLoopPromise<HTTPAnswer>
    ) {
        self.request = request
        self.endpoint = endpoint
        self.leavingAt = leavingAt
        self.givingUpAt = givingUpAt
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers: HTTPHeaders = ["Host": "\(endpoint.host):\(endpoint.port)", "Connection": "close"]
        if request.method == .POST {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(request.body.readableBytes))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: endpoint.prefix + request.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(request.body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let channel = context.channel
        for time in [leavingAt, givingUpAt].compactMap(\.self) {
            timers.append(context.eventLoop.scheduleTask(deadline: time) { channel.close(promise: nil) })
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer.status = Int(head.status.code)
        case .body(let bytes):
            answer.pieces.append(HTTPAnswer.Piece(time: .now(), bytes: bytes))
        case .end:
            answer.isComplete = true
            finish()
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
    }

    /// Leaving in the middle of an answer is an error to the decoder of HTTP, but was meant.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let leavingAt, NIODeadline.now() >= leavingAt {
            finish()
        } else {
            promise?.fail(error)
            promise = nil
        }
        context.close(promise: nil)
    }

    private func finish() {
        for timer in timers { timer.cancel() }
        answer.end = .now()
        promise?.succeed(answer)
        promise = nil
    }
}
