/// The same load on servers that differ in the size of their blocks, in turn.
///
/// In each round each server takes a cold burst, and then the same prompts again: all are cached then, so that what is left is decoding.
public struct BlocksSuite: Sendable {
    private let settings: BlocksSettings
    private let servers: [MeasuredServer]
    private let client: HTTPClient

    /// - Parameter servers: each with its `tokensPerBlock`.
    public init(_ settings: BlocksSettings, servers: [MeasuredServer], client: HTTPClient) {
        self.settings = settings
        self.servers = servers
        self.client = client
    }

    private struct Measured {
        var means: [Double] = []
        var decode: [Double] = []
        var slots: [Double] = []
        var computed = 0
        var distinct = 0
        var redundancies: [Double] = []
        var metadata: [Double] = []
    }

    /// - Parameter progress: told now and then which share is done.
    public func run(
        context: RunContext, progress: (Double) -> Void = { _ in }
    ) async throws(BenchmarkError) -> BlocksReport {
        var random = RandomSource(seed: settings.seed)
        var source = PromptSource(form: .tokens, vocabulary: settings.vocabulary, seed: settings.seed)
        for server in servers {
            try await WarmUp.run(settings.warmUp, on: server.server, source: &source, client: client)
        }
        var measured = Array(repeating: Measured(), count: servers.count)
        let total = Double(max(1, servers.count * settings.rounds))
        var done = 0.0
        for round in 0..<settings.rounds {
            let prompts = settings.prompts(from: &source, random: &random)
            let plan = LoadPlan(
                requests: prompts.map { .init(Visit(at: 0), $0) }, outputTokens: settings.outputTokens)
            for (index, server) in servers.inOrder(ofRound: round) {
                try await Self.measure(plan, on: server, client: client, into: &measured[index])
                done += 1
                progress(done / total)
            }
        }
        return BlocksReport(context: context, settings: settings, rows: rows(measured, context))
    }

    private static func measure(
        _ plan: LoadPlan, on server: MeasuredServer, client: HTTPClient, into measured: inout Measured
    ) async throws(BenchmarkError) {
        let cold = try await LoadRun.run(plan, on: server.server, client: client)
        if let mean = cold.timesToFirstToken.mean { measured.means.append(mean) }
        if let budget = TokenBudget(plan), let computed = cold.computedTokens {
            measured.computed = computed
            measured.distinct = budget.distinct
            if let redundancy = budget.redundancy(computed: computed) { measured.redundancies.append(redundancy) }
        }
        if let size = server.tokensPerBlock {
            if let blocks = cold.counted.blocksHeld, let tokens = cold.counted.allComputedTokens, tokens > 0 {
                measured.slots.append(blocks * Double(size) / tokens)
            }
            if let prompts = plan.tokens(staying: true),
                let bytes = CacheMetadata.bytesPerToken(of: prompts, tokensPerBlock: size)
            {
                measured.metadata.append(bytes)
            }
        }
        let warm = try await LoadRun.run(plan, on: server.server, client: client)
        if let speed = warm.decodeTokensPerSecond { measured.decode.append(speed) }
    }

    private func rows(_ measured: [Measured], _ context: RunContext) -> [BlocksRow] {
        let best = (0..<settings.rounds).map { round in
            measured.compactMap { $0.means.indices.contains(round) ? $0.means[round] : nil }.min() ?? 1
        }
        return zip(servers, measured).compactMap { server, measured in
            guard let size = server.tokensPerBlock, let summary = Summary(measured.means) else { return nil }
            let slots = measured.slots.median
            return BlocksRow(
                test: "blocks", tokensPerBlock: size, users: settings.users, rounds: measured.means.count,
                ttftMean: summary.p50, ttftLeast: summary.least, ttftMost: summary.most,
                timesBest: zip(measured.means, best).map { $0 / $1 }.median ?? 1, distinctTokens: measured.distinct,
                computedTokens: measured.computed, redundancy: measured.redundancies.max() ?? 0,
                decodeTokensPerSecond: measured.decode.median, slotsPerToken: slots,
                heldBytesPerToken: slots.flatMap { slots in context.kvBytesPerToken.map { slots * Double($0) } },
                metadataBytesPerToken: measured.metadata.median)
        }
    }
}
