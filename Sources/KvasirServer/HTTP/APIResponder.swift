import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// Answers requests: who may ask, what for, and the errors. What a route does is in its own file.
struct APIResponder: HTTPResponder {
    typealias Context = APIContext

    let backend: GenerationBackend
    let configuration: ServerConfiguration
    let statistics: HTTPStatistics
    private let keys: APIKeys

    init(backend: GenerationBackend, configuration: ServerConfiguration, statistics: HTTPStatistics) {
        self.backend = backend
        self.configuration = configuration
        self.statistics = statistics
        keys = APIKeys(configuration.apiKeys)
    }

    func respond(to request: Request, context: APIContext) async throws -> Response {
        let inFlight = statistics.begin()
        let route = Route(path: request.uri.path)
        var response: Response
        do {
            response = try await answer(request, route: route, context: context)
        } catch {
            response = failure(error, context: context)
        }
        statistics.respond(
            HTTPStatistics.Key(
                route: route?.pattern ?? "other", method: Self.countedMethod(request.method),
                status: response.status.code))
        context.logger.info(
            "answered",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.uri.path.prefix(200))",
                "status": "\(response.status.code)",
            ])
        if request.method == .head {
            response = response.createHeadResponse()
        }
        response.body = Self.holding(inFlight, response.body)
        return response
    }

    private func answer(_ request: Request, route: Route?, context: APIContext) async throws -> Response {
        if route?.isOpen != true, !keys.accept(authorization: request.headers[.authorization]) {
            throw APIError(
                status: 401, message: "this server needs an API key, as 'Authorization: Bearer KEY'",
                code: "invalid_api_key")
        }
        guard let route else {
            throw APIError(
                status: 404, message: "there is nothing at '\(request.uri.path.prefix(200))'", code: "unknown_url")
        }
        let isAllowed = route.takesBody ? request.method == .post : request.method == .get || request.method == .head
        guard isAllowed else {
            throw APIError(
                status: 405, message: "\(route.pattern) takes \(route.allowedMethods), not \(request.method.rawValue)",
                code: "method_not_allowed", allowedMethods: route.allowedMethods)
        }
        switch route {
        case .chatCompletions:
            return try await complete(try await read(request, as: chatJob), context: context)
        case .completions:
            return try await complete(try await read(request, as: textJob), context: context)
        case .models:
            return models()
        case .model(let id):
            return try model(id)
        case .tokenize:
            return try await read(request, as: tokenize)
        case .detokenize:
            return try await read(request, as: detokenize)
        case .health:
            return health()
        case .metrics:
            return metrics()
        }
    }

    /// Bodies larger than this are worked on by threads that may be blocked for a while. The few others write all answers, and a crowd
    /// of prompts would hold these up: a body as large as this takes them less than a millisecond.
    private static let largeBody = 4 << 10

    /// Reads the body up to the limit and makes something of it.
    private func read<Value: Sendable>(
        _ request: Request, as make: @escaping @Sendable (RequestFields) throws(APIError) -> Value
    ) async throws -> Value {
        let limit = configuration.maximumBodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw APIError.bodyTooLarge(limit: limit)
        }
        let body = try await Self.bytes(of: request.body, limit: limit)
        if body.count <= Self.largeBody {
            return try make(RequestFields(body: body))
        }
        return try await NIOThreadPool.singleton.runIfActive { try make(RequestFields(body: body)) }
    }

    private static func bytes(of body: RequestBody, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var parts = body.makeAsyncIterator()
        while true {
            let part: ByteBuffer?
            do {
                part = try await parts.next()
            } catch {
                // The client left in the middle of its request.
                throw CancellationError()
            }
            guard let part else { return bytes }
            if part.readableBytes > limit - bytes.count {
                throw APIError.bodyTooLarge(limit: limit)
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
    }

    /// The method, or that it is none of those which clients of the API use.
    private static func countedMethod(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .delete, .options, .patch: method.rawValue
        default: "other"
        }
    }

    /// The same body, which keeps the request in flight until it is written or given up.
    private static func holding(_ token: HTTPStatistics.InFlight, _ body: ResponseBody) -> ResponseBody {
        // A body of known length goes out with its head, in one write; this would make it two.
        if body.contentLength != nil { return body }
        return ResponseBody { writer in
            defer { withExtendedLifetime(token) {} }
            try await body.write(writer)
        }
    }
}

// MARK: - Responses

extension APIResponder {
    static func json(_ body: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }

    private func failure(_ error: any Error, context: APIContext) -> Response {
        switch error {
        case let error as APIError:
            return Self.response(error)
        case is CancellationError:
            // The client has gone, and nobody reads this; the number is the one that nginx logs for it.
            return Response(status: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"))
        default:
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            return Self.response(.internalFailure("the server failed to answer"))
        }
    }

    private static func response(_ error: APIError) -> Response {
        var json = JSONWriter()
        error.write(to: &json)
        var response = Self.json(json.finish(), status: HTTPResponse.Status(code: error.status))
        if let seconds = error.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        if let methods = error.allowedMethods {
            response.headers[.allow] = methods
        }
        if error.status == 408 {
            // The request's own time is over: clients of OpenAI's would send it again otherwise.
            response.headers[Self.shouldRetry] = "false"
        }
        if error.status == 401 {
            response.headers[.wwwAuthenticate] = "Bearer"
        }
        return response
    }
}
