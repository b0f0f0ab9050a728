/// The rounds of one case, on all servers.
struct ReuseCase {
    let settings: ReuseSettings
    let `case`: ReuseSettings.Case
    let servers: [MeasuredServer]
    let client: HTTPClient
    let wordsPerToken: Double

    private(set) var means: [[Double]]
    private var p50: [[Double]]
    private var p95: [[Double]]
    private var decode: [[Double]]
    private var budgets: [[TokenBudget?]]
    private var computed: [[Int?]]
    private var bounds: [Double] = []
    private(set) var prefills: [PrefillRate] = []
    private(set) var overheads: [ServerOverhead] = []
    /// Whether all own servers said the same in all rounds.
    private(set) var identicalAnswers = true

    init(
        _ settings: ReuseSettings, _ case: ReuseSettings.Case, servers: [MeasuredServer], client: HTTPClient,
        wordsPerToken: Double
    ) {
        self.settings = settings
        self.case = `case`
        self.servers = servers
        self.client = client
        self.wordsPerToken = wordsPerToken
        means = Array(repeating: [], count: servers.count)
        p50 = means
        p95 = means
        decode = means
        budgets = Array(repeating: [], count: servers.count)
        computed = Array(repeating: [], count: servers.count)
    }

    /// Measures the rate, then lets each server take the same load.
    mutating func run(
        round: Int, source: inout PromptSource, progress: () -> Void
    ) async throws(BenchmarkError) {
        guard let reference = servers.reference else { return }
        let length = `case`.sharedTokens + `case`.ownTokens
        let rate = try await PrefillRate.measure(
            tokens: max(2, length), on: reference.server, source: &source, client: client)
        prefills.append(rate)

        let own = Array(repeating: `case`.ownTokens, count: `case`.users)
        let group = source.group(shared: `case`.sharedTokens, own: own)
        let visits = `case`.arrival.schedule(
            users: `case`.users, span: rate.longSeconds, seed: settings.seed &+ UInt64(round))
        let plan = LoadPlan(
            requests: zip(visits, group.users).map { .init($0, $1) }, outputTokens: settings.outputTokens)
        let primer: [Prompt] = `case`.state == .warm ? [group.primer] : []
        let counting = await Counting(plan, known: primer, on: reference.server, client: client)
        if let tokens = counting.plan, case let known = counting.known,
            let bound = rate.bound.meanTimeToFirstToken(tokens, known: known)
        {
            bounds.append(bound)
        }
        var answers: Set<[[Int: String]]> = []
        for (index, measured) in servers.inOrder(ofRound: round) {
            for prompt in primer {
                let plan = LoadPlan(requests: [.init(Visit(at: 0), prompt)], outputTokens: 1)
                _ = try await LoadRun.run(plan, on: measured.server, client: client)
            }
            let run = try await LoadRun.run(plan, on: measured.server, client: client)
            record(run, of: index, budget: counting.budget)
            if measured.isOwn { answers.insert(run.stayed.map(\.texts)) }
            progress()
        }
        if answers.count > 1 { identicalAnswers = false }
        if `case`.state == .cold, `case`.arrival == .burst, reference.isReference {
            let again = source.group(shared: `case`.sharedTokens, own: own)
            let plan = LoadPlan(requests: zip(visits, again.users).map { .init($0, $1) }, outputTokens: 1)
            let run = try await LoadRun.run(plan, on: reference.server, client: client)
            if let overhead = ServerOverhead(run) { overheads.append(overhead) }
        }
    }

    private mutating func record(_ run: LoadRun, of index: Int, budget: TokenBudget?) {
        if let summary = Summary(run.timesToFirstToken) {
            means[index].append(summary.mean)
            p50[index].append(summary.p50)
            p95[index].append(summary.p95)
        }
        if let speed = run.decodeTokensPerSecond { decode[index].append(speed) }
        budgets[index].append(budget)
        computed[index].append(run.computedTokens)
    }

    /// A row for each server.
    var rows: [ReuseRow] {
        let first = servers.firstIndex(where: \.isReference) ?? 0
        return servers.indices.compactMap { index in
            guard let mean = means[index].median, let p50 = p50[index].median, let p95 = p95[index].median else {
                return nil
            }
            let worst = zip(computed[index], budgets[index])
                .compactMap { computed, budget -> (computed: Int, budget: TokenBudget?)? in
                    computed.map { ($0, budget) }
                }
                .max { $0.computed < $1.computed }
            let times = zip(means[index], means[first]).map { $0 / $1 }
            return ReuseRow(
                test: "reuse", server: servers[index].server.name, users: `case`.users,
                sharedTokens: `case`.sharedTokens, ownTokens: `case`.ownTokens, outputTokens: settings.outputTokens,
                arrival: `case`.arrival, state: `case`.state, rounds: means[index].count, ttftMean: mean, ttftP50: p50,
                ttftP95: p95, ttftMeans: means[index],
                timesReference: times.median ?? 1, timesReferences: times,
                promptTokens: worst?.budget?.prompt, distinctTokens: worst?.budget?.distinct,
                computedTokens: worst?.computed,
                redundancy: worst.flatMap { $0.budget?.redundancy(computed: $0.computed) }, bound: bounds.median,
                timesBound: zip(means[index], bounds).map { $0 / $1 }.median,
                decodeTokensPerSecond: decode[index].median)
        }
    }
}
