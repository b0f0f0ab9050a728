/// Several samples of one prompt, and several requests that fork from one context, on servers in turn; always cold.
public struct FanOutSuite: Sendable {
    private let settings: FanOutSettings
    private let servers: [MeasuredServer]
    private let client: HTTPClient

    public init(_ settings: FanOutSettings, servers: [MeasuredServer], client: HTTPClient) {
        self.settings = settings
        self.servers = servers
        self.client = client
    }

    fileprivate struct Measured {
        var means: [Double] = []
        var lasts: [Double] = []
        var computed: [Int?] = []
        var held: [Double] = []
    }

    /// - Parameter progress: told now and then which share is done.
    public func run(
        context: RunContext, progress: (Double) -> Void = { _ in }
    ) async throws(BenchmarkError) -> FanOutReport {
        var report = FanOutReport(context: context, settings: settings, rows: [], prefills: [])
        guard let reference = servers.reference else { return report }
        var source = PromptSource(form: .tokens, vocabulary: settings.vocabulary, seed: settings.seed)
        for server in servers {
            try await WarmUp.run(settings.warmUp, on: server.server, source: &source, client: client)
        }
        let total = Double(max(1, FanOutRow.Kind.allCases.count * settings.rounds * servers.count))
        var done = 0.0
        for kind in FanOutRow.Kind.allCases {
            var measured = Array(repeating: Measured(), count: servers.count)
            var bounds: [Double] = []
            var budget = TokenBudget(prompt: 0, distinct: 0, leaving: 0)
            for round in 0..<settings.rounds {
                let rate = try await PrefillRate.measure(
                    tokens: kind == .samples ? settings.promptTokens : settings.contextTokens, on: reference.server,
                    source: &source, client: client)
                report.prefills.append(rate)
                let plan = plan(kind, from: &source)
                if let bound = rate.bound.meanTimeToFirstToken(plan) { bounds.append(bound) }
                budget = TokenBudget(plan) ?? budget
                for (index, server) in servers.inOrder(ofRound: round) {
                    let run = try await LoadRun.run(
                        plan, on: server.server, client: client, watchesBlocks: server.tokensPerBlock != nil)
                    measured[index].add(run, plan, server, context)
                    done += 1
                    progress(done / total)
                }
            }
            report.rows += rows(kind, measured, bounds, budget, context)
        }
        return report
    }

    private func plan(_ kind: FanOutRow.Kind, from source: inout PromptSource) -> LoadPlan {
        switch kind {
        case .samples:
            return LoadPlan(
                requests: [.init(Visit(at: 0), source.single(tokens: settings.promptTokens))],
                outputTokens: settings.outputTokens, samples: settings.samples)
        case .agent:
            let group = source.group(
                shared: settings.contextTokens, own: Array(repeating: settings.ownTokens, count: settings.forks))
            let gap = settings.spreadSeconds / Double(max(1, settings.forks))
            return LoadPlan(
                requests: group.users.enumerated().map { .init(Visit(at: gap * Double($0)), $1) },
                outputTokens: settings.outputTokens)
        }
    }

    private func rows(
        _ kind: FanOutRow.Kind, _ measured: [Measured], _ bounds: [Double], _ budget: TokenBudget, _ context: RunContext
    ) -> [FanOutRow] {
        let first = servers.firstIndex(where: \.isReference) ?? 0
        let paths = kind == .samples ? settings.samples : settings.forks
        let tokens = budget.prompt + paths * (settings.outputTokens - 1)
        return zip(servers, measured).compactMap { server, own in
            guard let mean = own.means.median, let last = own.lasts.median else { return nil }
            let computed = own.computed.compactMap(\.self).max()
            let times = zip(own.means, measured[first].means).map { $0 / $1 }
            return FanOutRow(
                test: "fan-out", kind: kind, server: server.server.name, rounds: own.means.count, ttftMean: mean,
                ttftLast: last, ttftMeans: own.means, timesReference: times.median ?? 1, timesReferences: times,
                promptTokens: budget.prompt, distinctTokens: budget.distinct, computedTokens: computed,
                redundancy: computed.flatMap { budget.redundancy(computed: $0) }, bound: bounds.median,
                timesBound: zip(own.means, bounds).map { $0 / $1 }.median, heldBytes: own.held.median,
                unsharedBytes: own.held.isEmpty ? nil : context.kvBytesPerToken.map { Double($0 * tokens) })
        }
    }
}

extension FanOutSuite.Measured {
    fileprivate mutating func add(_ run: LoadRun, _ plan: LoadPlan, _ server: MeasuredServer, _ context: RunContext) {
        let firsts = run.stayed.flatMap(\.firstTokens)
        if let summary = Summary(firsts) {
            means.append(summary.mean)
            lasts.append(summary.most)
        }
        // A count by usage knows one path a request, so that for samples only a server's metrics tell.
        computed.append(plan.samples == 1 || run.counted.computedTokens != nil ? run.computedTokens : nil)
        if let blocks = run.mostBlocks, let size = server.tokensPerBlock, let bytes = context.kvBytesPerToken {
            held.append(blocks * Double(size * bytes))
        }
    }
}
