/// Why a benchmark could not be run.
public struct BenchmarkError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// An address is not one.
        case invalidAddress
        /// A server cannot be reached or broke the connection off.
        case noConnection
        /// A server answered with an error, or with what was not expected.
        case badAnswer
        /// A server of our own did not start.
        case notStarted
        /// A file cannot be read or written.
        case file
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
