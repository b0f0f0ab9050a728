import Kvasir

extension APIError {
    /// An error that ends a request, as the API reports it; `nil` for those that say that the client or the server went away.
    init?(ending error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as EngineError: self.init(error)
        default: return nil
        }
    }

    init(_ error: EngineError) {
        switch error.code {
        case .invalidRequest:
            let name = error.parameter.map { Self.apiNames[$0] ?? $0 }
            self = .invalid(name, Self.message(of: error, naming: name), code: "invalid_value")
        case .promptTooLong:
            self = .invalid(error.parameter, error.message, code: "context_length_exceeded")
        case .queueFull:
            self.init(
                status: 429, message: error.message, type: "rate_limit_error", code: "rate_limit_exceeded",
                retryAfterSeconds: error.retryAfterSeconds ?? 1)
        case .timedOut:
            self.init(
                status: 408, message: error.message, type: "timeout_error", parameter: error.parameter, code: "timeout")
        case .stopped:
            self.init(
                status: 503, message: error.message, type: "server_error", code: "shutting_down",
                retryAfterSeconds: error.retryAfterSeconds)
        case .failed:
            self = .internalFailure(error.message)
        }
    }

    /// The API's names of parameters that the engine calls otherwise.
    private static let apiNames = [
        "samples": "n", "maximumTokens": "max_tokens", "topLogprobs": "top_logprobs", "topP": "top_p", "topK": "top_k",
        "minP": "min_p",
    ]

    /// The engine's message, which begins with the parameter's name, with the API's name in its place.
    private static func message(of error: EngineError, naming name: String?) -> String {
        guard let parameter = error.parameter, let name, error.message.hasPrefix(parameter) else {
            return error.message
        }
        return "'\(name)'" + error.message.dropFirst(parameter.count)
    }
}
