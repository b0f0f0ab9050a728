/// Why the server cannot run.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// A file of API keys holds none.
        case noAPIKey
        /// The address cannot be listened on.
        case cannotListen
    }

    public var code: Code
    public var message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
