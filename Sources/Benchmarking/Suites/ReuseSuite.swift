/// Users who share a prompt's beginning, on several servers in turn.
///
/// In each round of each case all servers take the same load, one after the other, and each round has prompts of its own, so that
/// nothing of an earlier one is cached. The order of servers changes from round to round.
public struct ReuseSuite: Sendable {
    private let settings: ReuseSettings
    private let servers: [MeasuredServer]
    private let client: HTTPClient

    public init(_ settings: ReuseSettings, servers: [MeasuredServer], client: HTTPClient) {
        self.settings = settings
        self.servers = servers
        self.client = client
    }

    /// - Parameter progress: told now and then which share is done, and what is next.
    public func run(
        context: RunContext, progress: (Double) -> Void = { _ in }
    ) async throws(BenchmarkError) -> ReuseReport {
        var report = ReuseReport(context: context, settings: settings, rows: [], prefills: [], overheads: [])
        guard let reference = servers.reference else { return report }
        let wordsPerToken = try await WarmUp.wordsPerToken(settings.prompts, on: reference.server, client: client)
        var source = PromptSource(
            form: settings.prompts, vocabulary: settings.vocabulary, wordsPerToken: wordsPerToken, seed: settings.seed)
        for measured in servers {
            try await WarmUp.run(settings.warmUp, on: measured.server, source: &source, client: client)
        }
        let cases = settings.cases
        let total = Double(max(1, cases.count * settings.rounds * servers.count))
        var done = 0.0
        for `case` in cases {
            var measured = ReuseCase(
                settings, `case`, servers: servers, client: client, wordsPerToken: wordsPerToken)
            for round in 0..<settings.rounds {
                try await measured.run(round: round, source: &source) {
                    done += 1
                    progress(done / total)
                }
            }
            report.rows += measured.rows
            report.prefills += measured.prefills
            report.overheads += measured.overheads
            if servers.count(where: \.isOwn) > 1 {
                report.identicalAnswers = (report.identicalAnswers ?? true) && measured.identicalAnswers
            }
        }
        return report
    }
}
