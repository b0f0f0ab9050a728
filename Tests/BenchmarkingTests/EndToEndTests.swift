import KVCache
import Kvasir
import KvasirServer
import Logging
import Testing

@testable import Benchmarking

@Suite("From the load to the table")
struct EndToEndTests {
    /// Runs a body with a server of the built-in model on a free port.
    private func withServer<Result: Sendable>(
        _ configuration: EngineConfiguration,
        _ body: @escaping @Sendable (MeasuredServer, HTTPClient) async throws -> Result
    ) async throws -> Result {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let model = try LoadedModel.load(path: nil, threads: 1)
        let server = Server(
            model: model, engine: try model.makeEngine(configuration),
            configuration: ServerConfiguration(port: 0, stopsOnSignals: false), logger: logger)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let running = Task { try await server.run { port.yield($0) } }
        defer { running.cancel() }
        var iterator = ports.makeAsyncIterator()
        let listening = try #require(await iterator.next())
        let client = HTTPClient(timeout: 60)
        let measured = try await BenchmarkServer.running("here=http://127.0.0.1:\(listening)", client: client)
        let result = try await body(
            MeasuredServer(measured, isReference: true, tokensPerBlock: configuration.tokensPerBlock), client)
        await client.shutdown()
        return result
    }

    @Test("Each distinct token is computed once, however users come, as the report says")
    func reuse() async throws {
        var settings = ReuseSettings()
        settings.users = [3]
        settings.sharedTokens = [24]
        settings.ownTokens = [4]
        settings.arrivals = [.burst, .staggered, .leaderCancelled]
        settings.outputTokens = 2
        settings.rounds = 1
        settings.warmUp = [4]
        let chosen = settings
        let report = try await withServer(EngineConfiguration(tokensPerBlock: 8, blocks: 256)) { server, client in
            try await ReuseSuite(chosen, servers: [server], client: client).run(context: ReportTests.context)
        }
        #expect(report.rows.count == 5)
        for row in report.rows {
            #expect(row.redundancy == 1, "\(row)")
            #expect(row.timesReference == 1)
            #expect(row.bound != nil)
            #expect(row.distinctTokens == (row.state == .warm ? 12 : row.arrival == .leaderCancelled ? 32 : 36))
        }
        #expect(report.text.contains("here"))
        #expect(report.plots.isEmpty == false)
    }

    @Test("Without reuse everything is computed again, and the report says so")
    func off() async throws {
        var settings = ReuseSettings()
        settings.users = [3]
        settings.sharedTokens = [24]
        settings.ownTokens = [4]
        settings.states = [.cold]
        settings.outputTokens = 2
        settings.rounds = 1
        settings.warmUp = [4]
        settings.prompts = .text
        let chosen = settings
        let configuration = EngineConfiguration(tokensPerBlock: 8, blocks: 256, reuse: .off)
        let report = try await withServer(configuration) { server, client in
            try await ReuseSuite(chosen, servers: [server], client: client).run(context: ReportTests.context)
        }
        let row = try #require(report.rows.first)
        #expect(row.computedTokens == row.promptTokens)
        #expect(try #require(row.redundancy) > 1.2)
    }

    @Test("Blocks of any size compute the same tokens, and hold what they say")
    func blocks() async throws {
        var settings = BlocksSettings()
        settings.users = 4
        settings.shortShared = 8
        settings.longShared = 24
        settings.ownTokens = 4
        settings.outputTokens = 2
        settings.rounds = 1
        settings.warmUp = [4]
        let chosen = settings
        let report = try await withServer(EngineConfiguration(tokensPerBlock: 16, blocks: 128)) { server, client in
            try await BlocksSuite(chosen, servers: [server], client: client).run(context: ReportTests.context)
        }
        let row = try #require(report.rows.first)
        #expect(row.redundancy == 1)
        #expect(row.timesBest == 1)
        #expect(try #require(row.slotsPerToken) >= 1)
        #expect(try #require(row.heldBytesPerToken) >= 12_288)
        #expect(report.plots.count == 2)
    }

    @Test("Samples of one prompt and forks of one context compute it once")
    func fanOut() async throws {
        var settings = FanOutSettings()
        settings.samples = 3
        settings.promptTokens = 20
        settings.forks = 3
        settings.contextTokens = 24
        settings.ownTokens = 4
        settings.spreadSeconds = 0.01
        settings.outputTokens = 2
        settings.rounds = 1
        settings.warmUp = [4]
        let chosen = settings
        let report = try await withServer(EngineConfiguration(tokensPerBlock: 8, blocks: 256)) { server, client in
            try await FanOutSuite(chosen, servers: [server], client: client).run(context: ReportTests.context)
        }
        #expect(report.rows.map(\.kind) == [.samples, .agent])
        #expect(report.rows.map(\.redundancy) == [1, 1])
        #expect(report.rows.map(\.computedTokens) == [20, 36])
        #expect(report.plots.count == 1)
    }
}
