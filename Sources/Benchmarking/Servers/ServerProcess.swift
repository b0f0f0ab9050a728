public import Foundation
import Synchronization

/// A Kvasir server in a process of its own: the real one, started with `serve` on a free port.
public final class ServerProcess: Sendable {
    public let endpoint: HTTPEndpoint
    private let process: Mutex<Process>

    /// Starts the server and waits until it listens.
    ///
    /// - Parameters:
    ///   - program: this very program, usually.
    ///   - arguments: further arguments of `serve`.
    /// - Throws: `BenchmarkError.notStarted`, with what the server said.
    public init(program: URL, arguments: [String]) throws(BenchmarkError) {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = program
        process.arguments = ["serve", "--port", "0"] + arguments
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw BenchmarkError(.notStarted, "\(program.path) cannot be started: \(error.localizedDescription)")
        }
        var text = ""
        var port: Int?
        while port == nil {
            let bytes = output.fileHandleForReading.availableData
            if bytes.isEmpty { break }
            text += String(decoding: bytes, as: UTF8.self)
            port = Self.port(inBanner: text)
        }
        guard let port else {
            process.waitUntilExit()
            let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            throw BenchmarkError(.notStarted, "the server did not start: \(said.isEmpty ? text : said)")
        }
        // What else it says is read and dropped, so that it never waits for a reader.
        for pipe in [output, errors] {
            pipe.fileHandleForReading.readabilityHandler = { handle in
                if handle.availableData.isEmpty { handle.readabilityHandler = nil }
            }
        }
        endpoint = HTTPEndpoint(host: "127.0.0.1", port: port)
        self.process = Mutex(process)
    }

    /// Ends the server, and waits until it has ended.
    public func stop() {
        process.withLock { process in
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
        }
    }

    /// The port in the complete line that says where the server listens.
    static func port(inBanner text: String) -> Int? {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        where line.hasPrefix("Listening on ") {
            return line.split(separator: ":").last.flatMap { Int($0) }
        }
        return nil
    }
}
