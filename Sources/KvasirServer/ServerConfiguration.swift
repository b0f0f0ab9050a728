/// How the server listens and what it lets in.
public struct ServerConfiguration: Sendable {
    /// The address or name to listen on.
    public var host: String
    /// 0 takes a free port, which ``Server/run(onListening:)`` reports.
    public var port: Int
    /// Keys, one of which each request must come with; none is needed if this is empty.
    public var apiKeys: [String]
    /// What a request's body may have at most; larger ones get status 413.
    public var maximumBodyBytes: Int
    /// How long requests under way may go on after a signal to stop; then they are cancelled.
    public var drainTimeout: Duration
    /// Whether SIGTERM and SIGINT stop the server. Without that, cancelling the task that runs it does.
    public var stopsOnSignals: Bool

    public init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        apiKeys: [String] = [],
        maximumBodyBytes: Int = 16 << 20,
        drainTimeout: Duration = .seconds(30),
        stopsOnSignals: Bool = true
    ) {
        self.host = host
        self.port = port
        self.apiKeys = apiKeys
        self.maximumBodyBytes = maximumBodyBytes
        self.drainTimeout = drainTimeout
        self.stopsOnSignals = stopsOnSignals
    }

    /// The API keys that a file lists, one a line; lines that are blank or begin with `#` do not count.
    ///
    /// - Throws: ``ServerError`` if there is none, so that an empty file does not open the server to everybody.
    public static func apiKeys(inFileContents contents: String) throws(ServerError) -> [String] {
        let keys = contents.split(whereSeparator: \.isNewline)
            .map { $0.trimmingSpaces() }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        if keys.isEmpty {
            throw ServerError(code: .noAPIKey, message: "the API key file holds no key")
        }
        return keys
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        var text = self.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
