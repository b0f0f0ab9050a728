import ArgumentParser

/// `kvasir bench blocks`
struct BlocksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocks",
        abstract: "What the size of the cache's blocks changes.")

    func run() async throws {}
}
