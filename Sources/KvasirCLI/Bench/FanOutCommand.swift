import ArgumentParser
import Benchmarking
import KVCache

/// `kvasir bench fan-out`
struct FanOutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out",
        abstract: "Several samples of one prompt, and an agent that forks many requests from one context.")

    @Option(help: ArgumentHelp("Samples of one prompt (n), 1 to 64.", valueName: "n"))
    var samples = 8

    @Option(help: ArgumentHelp("That prompt's tokens.", valueName: "n"))
    var prompt = 1_024

    @Option(help: ArgumentHelp("Requests that fork from one context, 1 to 64.", valueName: "n"))
    var forks = 8

    @Option(help: ArgumentHelp("That context's tokens.", valueName: "n"))
    var context = 4_000

    @Option(help: ArgumentHelp("Tokens of each fork's own.", valueName: "n"))
    var own = 64

    @Option(help: ArgumentHelp("Seconds within which the forks come.", valueName: "s"))
    var spread = 1.0

    @Option(help: ArgumentHelp("early, completed, off: a server is started for each.", valueName: "mode,…"))
    var modes: CommaSeparated<ReuseMode> = [.early, .completed, .off]

    @Option(help: ArgumentHelp("Tokens of each answer.", valueName: "n"))
    var output = 16

    @Option(help: ArgumentHelp("How often each case is measured; tables show medians.", valueName: "n"))
    var rounds = 3

    @Option(help: ArgumentHelp("Makes the prompts repeatable.", valueName: "n"))
    var seed: UInt64 = 1

    @OptionGroup var servers: BenchServerOptions

    @OptionGroup var outputOptions: BenchOutput

    func validate() throws {
        try ReuseCommand.check([samples], 1...64, "--samples")
        try ReuseCommand.check([prompt], 1...100_000, "--prompt")
        try ReuseCommand.check([forks], 1...64, "--forks")
        try ReuseCommand.check([context], 1...100_000, "--context")
        try ReuseCommand.check([own], 1...100_000, "--own")
        try ReuseCommand.check([output], 1...4_096, "--output")
        try ReuseCommand.check([rounds], 1...1_000, "--rounds")
        guard (0...3_600).contains(spread) else { throw ValidationError("--spread must be 0 to 3600") }
        guard !modes.values.isEmpty || !servers.against.values.isEmpty else {
            throw ValidationError("there is no server to measure: give --modes or --against")
        }
    }

    func run() async throws {
        var settings = FanOutSettings()
        settings.samples = samples
        settings.promptTokens = prompt
        settings.forks = forks
        settings.contextTokens = context
        settings.ownTokens = own
        settings.spreadSeconds = spread
        settings.outputTokens = output
        settings.rounds = rounds
        settings.seed = seed
        let own = modes.values.map { mode in
            BenchServerOptions.Own(name: "kvasir \(mode.rawValue)", reuse: mode, isReference: mode == .early)
        }
        let runContext = try servers.context()
        let report = try await servers.withServers(own) { measured, client in
            var bar = ProgressBar("measuring")
            return try await FanOutSuite(settings, servers: measured, client: client).run(context: runContext) {
                bar.show($0)
            }
        }
        try outputOptions.write(report, text: report.text, plots: report.plots)
    }
}
