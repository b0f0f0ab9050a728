/// Why a request was refused or did not end as it should.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// A parameter is out of range.
        case invalidRequest
        /// The prompt leaves no room for an answer.
        case promptTooLong
        /// Too many requests wait already.
        case queueFull
        /// The request's timeout was over before its end.
        case timedOut
        /// The engine is shutting down.
        case stopped
        /// The step that computed the request failed.
        case failed
    }

    public let code: Code
    public let message: String
    /// The parameter at fault, by its name in `GenerationRequest`.
    public let parameter: String?
    /// With `queueFull`: when what waits now will have been served, at the rate at which sequences end.
    public let retryAfterSeconds: Int?

    public init(_ code: Code, _ message: String, parameter: String? = nil, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.parameter = parameter
        self.retryAfterSeconds = retryAfterSeconds
    }

    public var description: String { message }
}
