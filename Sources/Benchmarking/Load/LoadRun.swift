import NIOCore

/// How a run of a load plan went on a server.
public struct LoadRun: Sendable {
    /// In the order of the plan's requests.
    public var timings: [CompletionTiming]
    /// What the server counted meanwhile.
    public var counted: ServerCounters
    /// The most blocks that had content at a time, beyond those that had it before; if that was watched.
    public var mostBlocks: Double?

    public init(timings: [CompletionTiming], counted: ServerCounters, mostBlocks: Double? = nil) {
        self.timings = timings
        self.counted = counted
        self.mostBlocks = mostBlocks
    }

    /// The requests of those who stayed.
    public var stayed: [CompletionTiming] { timings.filter { !$0.left } }

    /// Seconds to the first token, one a request.
    public var timesToFirstToken: [Double] { stayed.compactMap(\.timeToFirstToken) }

    /// The server's own count of computed prompt tokens, or else what its answers say was not cached.
    public var computedTokens: Int? {
        if let computed = counted.computedTokens { return Int(computed) }
        var sum = 0
        for timing in stayed {
            guard let prompt = timing.promptTokens, let cached = timing.cachedTokens else { return nil }
            sum += prompt - cached
        }
        return sum
    }

    /// Tokens a second of all answers together, from the first token of all to the last.
    public var decodeTokensPerSecond: Double? {
        let begun = stayed.compactMap(\.firstTokens.first)
        guard let first = begun.min(), let end = stayed.compactMap(\.lastToken).max(), end > first else { return nil }
        let tokens = stayed.reduce(0) { $0 + max(0, ($1.completionTokens ?? 0) - $1.firstTokens.count) }
        return tokens == 0 ? nil : Double(tokens) / (end - first)
    }

    /// Runs a plan: each request is sent when it is due, whatever became of those before it.
    ///
    /// - Parameter watchesBlocks: whether the server is asked now and then how many blocks it holds, which takes it some time.
    static func run(
        _ plan: LoadPlan, on server: BenchmarkServer, client: HTTPClient, watchesBlocks: Bool = false
    ) async throws(BenchmarkError) -> LoadRun {
        let requests = plan.requests.map { request in
            HTTPRequest.post(
                "/v1/completions",
                json: CompletionBody(
                    model: server.model, prompt: request.prompt, outputTokens: plan.outputTokens, samples: plan.samples
                ).json)
        }
        let before = await ServerCounters.read(server, client: client)
        let start = NIODeadline.now() + .milliseconds(5)
        let watch = watchesBlocks && before.blocksHeld != nil ? BlockWatch(server, client: client) : nil
        let timings = await withTaskGroup(of: (Int, Result<CompletionTiming, BenchmarkError>).self) { group in
            for (index, (request, planned)) in zip(requests, plan.requests).enumerated() {
                let due = start + TimeAmount(seconds: planned.visit.at)
                let leaving = planned.visit.leavesAfter.map { TimeAmount(seconds: $0) }
                group.addTask {
                    do throws(BenchmarkError) {
                        let answer = try await client.send(request, to: server.endpoint, due: due, leaving: leaving)
                        return (index, .success(try CompletionTiming(answer, due: due, leaves: leaving != nil)))
                    } catch {
                        return (index, .failure(BenchmarkError(error.code, "\(server.name): \(error.message)")))
                    }
                }
            }
            var timings = Array(
                repeating: Result<CompletionTiming, BenchmarkError>.success(CompletionTiming()), count: requests.count)
            for await (index, timing) in group { timings[index] = timing }
            return timings
        }
        let after = await ServerCounters.read(server, client: client)
        let most = await watch?.stop()
        var results: [CompletionTiming] = []
        for timing in timings { results.append(try timing.get()) }
        return LoadRun(
            timings: results, counted: after - before,
            mostBlocks: most.flatMap { most in before.blocksHeld.map { max(most, after.blocksHeld ?? 0) - $0 } })
    }
}

extension TimeAmount {
    fileprivate init(seconds: Double) {
        self = .nanoseconds(Int64(seconds * 1e9))
    }
}
