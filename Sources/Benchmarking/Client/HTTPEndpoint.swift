import Foundation

/// Where a server listens: plain HTTP, no TLS.
public struct HTTPEndpoint: Sendable, Equatable, CustomStringConvertible {
    public var host: String
    public var port: Int
    /// What stands before every path; empty or with a slash in front and none behind.
    public var prefix: String

    public init(host: String, port: Int, prefix: String = "") {
        self.host = host
        self.port = port
        self.prefix = prefix
    }

    /// Reads `http://host:port`, with or without a path; a path's last `/v1` is left out, since requests name it.
    public init(_ text: String) throws(BenchmarkError) {
        guard let url = URLComponents(string: text), url.scheme == "http", let host = url.host, !host.isEmpty else {
            throw BenchmarkError(.invalidAddress, "'\(text)' is not an address like http://127.0.0.1:8080")
        }
        var path = url.path
        while path.hasSuffix("/") { path.removeLast() }
        if path.hasSuffix("/v1") { path.removeLast(3) }
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = url.port ?? 80
        prefix = path
    }

    public var description: String {
        "http://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)\(prefix)"
    }
}
