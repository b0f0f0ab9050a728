import JSON

/// An error as the OpenAI API reports it: an HTTP status and `{"error": {"message", "type", "param", "code"}}`.
struct APIError: Error, Equatable, Sendable {
    /// The HTTP status.
    var status: Int
    /// A sentence for whoever reads logs.
    var message: String
    /// The error's class, which client libraries map to exceptions together with the status.
    var type: String
    /// The request's field at fault, as a path such as `messages[2].role`.
    var parameter: String?
    /// A word for programs.
    var code: String?
    /// When to try again, in seconds; sent as `Retry-After`.
    var retryAfterSeconds: Int?
    /// The methods that the route knows; sent as `Allow`.
    var allowedMethods: String?

    init(
        status: Int,
        message: String,
        type: String = "invalid_request_error",
        parameter: String? = nil,
        code: String? = nil,
        retryAfterSeconds: Int? = nil,
        allowedMethods: String? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.parameter = parameter
        self.code = code
        self.retryAfterSeconds = retryAfterSeconds
        self.allowedMethods = allowedMethods
    }
}

extension APIError {
    /// A field of the request that does not say what it should.
    static func invalid(_ parameter: String?, _ message: String, code: String? = nil) -> APIError {
        APIError(status: 400, message: message, parameter: parameter, code: code)
    }

    /// A field of the wrong type.
    static func wrongType(_ parameter: String, expected: String, found: JSONValue) -> APIError {
        invalid(parameter, "'\(parameter)' must be \(expected), not \(found.kind)", code: "invalid_type")
    }

    static func malformed(_ error: JSONSyntaxError) -> APIError {
        invalid(nil, "the request body is not valid JSON: \(error)", code: "invalid_json")
    }

    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(
            status: 413, message: "the request body is larger than the limit of \(limit) bytes",
            code: "request_too_large")
    }

    static func unknownModel(_ model: String, served: String) -> APIError {
        APIError(
            status: 404, message: "the model '\(model)' does not exist here; this server has '\(served)'",
            parameter: "model", code: "model_not_found")
    }

    static func promptTooLong(tokens: Int, context: Int, parameter: String) -> APIError {
        invalid(
            parameter,
            "the model's context is \(context) tokens and the prompt alone has \(tokens); "
                + "it must leave room for at least one more",
            code: "context_length_exceeded")
    }

    static func internalFailure(_ message: String) -> APIError {
        APIError(status: 500, message: message, type: "server_error", code: "internal_error")
    }
}

extension APIError {
    /// Writes the error as the API shapes it.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("error")
        json.beginObject()
        json.member("message", message)
        json.member("type", type)
        json.member("param", parameter)
        json.member("code", code)
        json.endObject()
        json.endObject()
    }
}
