import ArgumentParser
import Benchmarking
import KVCache

/// `kvasir bench blocks`
struct BlocksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocks",
        abstract: "What the size of the cache's blocks changes: time to first token, reuse, memory, speed.",
        discussion: """
            Starts a server for each size and lets all take the same load in turn: users at once, half with a short prompt and half \
            with a long one, each half with a beginning in common. The servers of --against are not used here.
            """)

    @Option(help: ArgumentHelp("Token slots in a block, 2 to 128.", valueName: "n,…"))
    var sizes: CommaSeparated<Int> = [2, 4, 8, 16, 32, 64, 128]

    @Option(help: ArgumentHelp("Users, 2 to 64.", valueName: "n"))
    var users = 16

    @Option(help: ArgumentHelp("Tokens that the short prompts begin with.", valueName: "n"))
    var shortShared = 64

    @Option(help: ArgumentHelp("Tokens that the long prompts begin with.", valueName: "n"))
    var longShared = 1_024

    @Option(help: ArgumentHelp("Tokens of each user's own, at most.", valueName: "n"))
    var own = 64

    @Option(help: ArgumentHelp("Tokens of each answer.", valueName: "n"))
    var output = 32

    @Option(help: ArgumentHelp("How often each size is measured; the table shows medians.", valueName: "n"))
    var rounds = 5

    @Option(help: ArgumentHelp("Makes the prompts repeatable.", valueName: "n"))
    var seed: UInt64 = 1

    @OptionGroup var servers: BenchServerOptions

    @OptionGroup var outputOptions: BenchOutput

    func validate() throws {
        let range = KVCache.supportedTokensPerBlock
        try ReuseCommand.check(sizes.values, range, "--sizes")
        try ReuseCommand.check([users], 2...64, "--users")
        try ReuseCommand.check([shortShared], 1...100_000, "--short-shared")
        try ReuseCommand.check([longShared], 1...100_000, "--long-shared")
        try ReuseCommand.check([own], 1...100_000, "--own")
        try ReuseCommand.check([output], 2...4_096, "--output")
        try ReuseCommand.check([rounds], 1...1_000, "--rounds")
        guard servers.against.values.isEmpty else {
            throw ValidationError("--against: other servers' blocks cannot be set from here")
        }
    }

    func run() async throws {
        var settings = BlocksSettings()
        settings.users = users
        settings.shortShared = shortShared
        settings.longShared = longShared
        settings.ownTokens = own
        settings.outputTokens = output
        settings.rounds = rounds
        settings.seed = seed
        let own = sizes.values.map { BenchServerOptions.Own(name: "kvasir \($0)", tokensPerBlock: $0) }
        let context = try servers.context()
        let report = try await servers.withServers(own) { measured, client in
            var bar = ProgressBar("measuring")
            return try await BlocksSuite(settings, servers: measured, client: client).run(context: context) {
                bar.show($0)
            }
        }
        try outputOptions.write(report, text: report.text, plots: report.plots)
    }
}
