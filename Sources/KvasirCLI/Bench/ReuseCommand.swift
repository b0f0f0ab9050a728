public import ArgumentParser
public import Benchmarking
import KVCache

/// `kvasir bench reuse`
struct ReuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reuse",
        abstract: "Users who share a prompt's beginning, in each reuse mode and against other servers.",
        discussion: """
            Starts a server for each mode and lets all servers take the same load in turn, over HTTP. The bound is the mean time to \
            first token of a machine that computes each distinct token once, at the rate of a single prefill, in the best order.
            """)

    @Option(help: ArgumentHelp("Users, 1 to 64.", valueName: "n,…"))
    var users: CommaSeparated<Int> = [8, 16]

    @Option(help: ArgumentHelp("Tokens that all prompts begin with.", valueName: "n,…"))
    var shared: CommaSeparated<Int> = [1_024]

    @Option(help: ArgumentHelp("Tokens of each user's own.", valueName: "n,…"))
    var own: CommaSeparated<Int> = [32]

    @Option(help: ArgumentHelp("burst, poisson, staggered, leader-cancelled.", valueName: "kind,…"))
    var arrivals: CommaSeparated<Arrival> = [.burst]

    @Option(help: ArgumentHelp("cold, or warm: the shared part is cached.", valueName: "state,…"))
    var states: CommaSeparated<CacheState> = [.cold, .warm]

    @Option(help: ArgumentHelp("early, completed, off: a server is started for each.", valueName: "mode,…"))
    var modes: CommaSeparated<ReuseMode> = [.early, .completed, .off]

    @Option(help: ArgumentHelp("Tokens of each answer.", valueName: "n"))
    var output = 16

    @Option(help: ArgumentHelp("How often each case is measured; tables show medians.", valueName: "n"))
    var rounds = 3

    @Option(help: "Send prompts as tokens or as text.")
    var prompts = PromptForm.tokens

    @Option(help: ArgumentHelp("Makes the prompts repeatable.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Token slots in a block of the KV cache, 2 to 128.", valueName: "n"))
    var tokensPerBlock = 16

    @OptionGroup var servers: BenchServerOptions

    @OptionGroup var outputOptions: BenchOutput

    func validate() throws {
        try Self.check(users.values, 1...64, "--users")
        try Self.check(shared.values, 0...100_000, "--shared")
        try Self.check(own.values, 1...100_000, "--own")
        try Self.check([output], 1...4_096, "--output")
        try Self.check([rounds], 1...1_000, "--rounds")
        guard KVCache.supportedTokensPerBlock.contains(tokensPerBlock) else {
            throw ValidationError("--tokens-per-block must be 2 to 128, not \(tokensPerBlock)")
        }
        guard !arrivals.values.isEmpty, !states.values.isEmpty else {
            throw ValidationError("--arrivals and --states need a value each")
        }
        guard !modes.values.isEmpty || !servers.against.values.isEmpty else {
            throw ValidationError("there is no server to measure: give --modes or --against")
        }
    }

    static func check(_ values: [Int], _ range: ClosedRange<Int>, _ name: String) throws {
        guard !values.isEmpty, values.allSatisfy({ range.contains($0) }) else {
            throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func run() async throws {
        var settings = ReuseSettings()
        settings.users = users.values
        settings.sharedTokens = shared.values
        settings.ownTokens = own.values
        settings.arrivals = arrivals.values
        settings.states = states.values
        settings.outputTokens = output
        settings.rounds = rounds
        settings.prompts = prompts
        settings.seed = seed
        let own = modes.values.map { mode in
            BenchServerOptions.Own(
                name: "kvasir \(mode.rawValue)", reuse: mode, tokensPerBlock: tokensPerBlock,
                isReference: mode == .early)
        }
        let context = try servers.context()
        let report = try await servers.withServers(own) { measured, client in
            var bar = ProgressBar("measuring")
            return try await ReuseSuite(settings, servers: measured, client: client).run(context: context) {
                bar.show($0)
            }
        }
        try outputOptions.write(report, text: report.text, plots: report.plots)
    }
}

extension Arrival: ExpressibleByArgument {}
extension CacheState: ExpressibleByArgument {}
extension PromptForm: ExpressibleByArgument {}
