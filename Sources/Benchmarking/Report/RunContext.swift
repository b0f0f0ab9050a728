import Foundation

/// Where and how something was measured.
public struct RunContext: Sendable, Equatable, Codable {
    public var machine: MachineDescription
    /// The command, without folders.
    public var command: String
    public var version: String
    public var model: String
    /// Bytes of keys and values a token takes, for memory.
    public var kvBytesPerToken: Int?

    public init(
        machine: MachineDescription, command: String, version: String, model: String, kvBytesPerToken: Int? = nil
    ) {
        self.machine = machine
        self.command = command
        self.version = version
        self.model = model
        self.kvBytesPerToken = kvBytesPerToken
    }

    /// A command line as others can repeat it: paths are cut to their last part, and what holds spaces is quoted.
    public static func command(_ arguments: [String]) -> String {
        arguments.map { argument in
            let isPath = argument.contains("/") && !argument.contains("://")
            let shown = isPath ? URL(fileURLWithPath: argument).lastPathComponent : argument
            return shown.contains(where: \.isWhitespace) ? "'\(shown)'" : shown
        }.joined(separator: " ")
    }
}
