import ArgumentParser

/// `kvasir bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure on this machine.",
        subcommands: [
            KernelsCommand.self, ModelCommand.self, ReuseCommand.self, BlocksCommand.self, FanOutCommand.self,
            ReportCommand.self,
        ]
    )
}
