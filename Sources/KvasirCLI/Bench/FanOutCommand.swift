import ArgumentParser

/// `kvasir bench fan-out`
struct FanOutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out",
        abstract: "Several samples of one prompt, and an agent that forks many requests from one context.")

    func run() async throws {}
}
