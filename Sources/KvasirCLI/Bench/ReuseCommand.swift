import ArgumentParser

/// `kvasir bench reuse`
struct ReuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reuse",
        abstract: "Users who share a prompt's beginning, in each reuse mode and against other servers.")

    func run() async throws {}
}
