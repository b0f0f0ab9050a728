import Foundation
import Testing

@testable import Benchmarking

@Suite("Reports")
struct ReportTests {
    static let context = RunContext(
        machine: MachineDescription(processor: "P", cores: 2, memoryBytes: 1 << 34, system: "S"),
        command: "kvasir bench",
        version: "1", model: "m.gguf", kvBytesPerToken: 12_288)

    static func reuse() -> ReuseReport {
        var settings = ReuseSettings()
        settings.users = [8]
        settings.states = [.cold]
        func row(_ server: String, _ mean: Double, _ times: Double, computed: Int) -> ReuseRow {
            ReuseRow(
                test: "reuse", server: server, users: 8, sharedTokens: 1_024, ownTokens: 32, outputTokens: 16,
                arrival: .burst, state: .cold, rounds: 3, ttftMean: mean, ttftP50: mean, ttftP95: mean,
                ttftMeans: [mean * 0.9, mean, mean * 1.2], timesReference: times,
                timesReferences: [times, times * 0.8, times * 1.1], promptTokens: 8_448, distinctTokens: 1_280,
                computedTokens: computed, redundancy: Double(computed) / 1_280, bound: 0.7, timesBound: mean / 0.7)
        }
        return ReuseReport(
            context: context, settings: settings,
            rows: [row("kvasir early", 0.75, 1, computed: 1_280), row("other", 23.6, 31.5, computed: 8_448)],
            prefills: [], overheads: [], identicalAnswers: true)
    }

    @Test("A report's JSON keeps its names, and reads back as it was")
    func json() throws {
        let report = Self.reuse()
        let text = try ReportCoding.json(report)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(
            Set(object.keys) == ["test", "context", "settings", "rows", "prefills", "overheads", "identical_answers"])
        let row = try #require((object["rows"] as? [[String: Any]])?.first)
        for key in [
            "test", "server", "users", "shared_tokens", "own_tokens", "arrival", "state", "rounds", "ttft_mean",
            "ttft_p50", "ttft_p95", "times_reference", "bound", "times_bound", "prompt_tokens", "computed_tokens",
            "distinct_tokens", "redundancy",
        ] {
            #expect(row[key] != nil, "\(key)")
        }
        #expect(try ReportCoding.read(ReuseReport.self, json: Data(text.utf8)) == report)
        #expect(throws: BenchmarkError.self) { try ReportCoding.read(ReuseReport.self, json: Data("{}".utf8)) }
    }

    @Test("A table lines up in a terminal and is one in Markdown")
    func table() {
        let table = TextTable(["server", "time"], [["a", "1.5 s"], ["longer", "20 s"]])
        #expect(table.text == "server   time\na       1.5 s\nlonger   20 s\n")
        #expect(table.markdown == "| server | time |\n|---|--:|\n| a | 1.5 s |\n| longer | 20 s |\n")
    }

    @Test("Numbers have three figures and their unit")
    func figures() {
        #expect(Figures.seconds(0.0294) == "29.4 ms")
        #expect(Figures.seconds(1.7) == "1.70 s")
        #expect(Figures.seconds(23.64) == "23.6 s")
        #expect(Figures.seconds(nil) == "–")
        #expect(Figures.times(31.49) == "31.5×")
        #expect(Figures.count(16_434) == "16,434")
        #expect(Figures.count(-1_234_567) == "-1,234,567")
        #expect(Figures.bytes(12_288) == "12.0 KiB")
        #expect(Figures.plain(0.5) == "0.5")
        #expect(Figures.plain(1_000) == "1,000")
        #expect(Figures.spread([1.5, 0.5, 1], Figures.seconds) == "500 ms–1.50 s")
        #expect(Figures.spread([1.5], Figures.seconds) == "")
    }

    @Test("A command is told without folders")
    func command() {
        #expect(
            RunContext.command(["kvasir", "bench", "--model", "/a/b/m.gguf", "--against", "llama server=http://h:1"])
                == "kvasir bench --model m.gguf --against 'llama server=http://h:1'")
    }

    @Test("A processor's name is found in what Linux says of it")
    func processor() {
        let text = "processor\t: 0\nvendor_id\t: X\nmodel name\t: Some CPU: 2\nmodel name\t: other\n"
        #expect(MachineDescription.name(inProcessorInformation: text) == "Some CPU: 2")
        #expect(MachineDescription.name(inProcessorInformation: "") == nil)
        let generations = "cpu family\t: 25\nmodel\t\t: 17\nmodel name\t: One Name\nmodel\t\t: 18\n"
        #expect(MachineDescription.name(inProcessorInformation: generations) == "One Name (family 25, model 17)")
        let units = generations + "flags\t\t: fpu avx2 avx512f\n"
        #expect(MachineDescription.name(inProcessorInformation: units) == "One Name (family 25, model 17, AVX-512)")
    }

    @Test("Cases are all combinations, but nobody leaves where there is nothing to compute")
    func cases() {
        var settings = ReuseSettings()
        settings.users = [8, 16]
        settings.arrivals = [.burst, .leaderCancelled]
        #expect(settings.cases.count == 2 * 2 + 2)
        #expect(!settings.cases.contains { $0.arrival == .leaderCancelled && $0.state == .warm })
    }

    @Test("Bookkeeping for a cached token is more with blocks of 2 tokens than of 16")
    func metadata() throws {
        let prompts = (0..<4).map { user in (0..<200).map(Int32.init) + [Int32](repeating: 1_000 + user, count: 30) }
        let sizes = try [2, 16].map {
            try #require(CacheMetadata.bytesPerToken(of: prompts, tokensPerBlock: $0))
        }
        #expect(sizes[0] > sizes[1])
        #expect(CacheMetadata.bytesPerToken(of: prompts, tokensPerBlock: 1) == nil)
    }

    @Test("The page has a section for each report, its drawings, and says plainly what was not reached")
    func page() {
        let page = ResultsPage(reuse: Self.reuse(), peers: ["other: one"])
        let text = page.markdown
        #expect(text.contains("## Users at once"))
        #expect(!text.contains("## Block size"))
        #expect(text.contains("- other: one\n"))
        #expect(page.plots.map(\.name) == ["reuse-cold"])
        #expect(text.contains("(plots/reuse-cold.svg)"))
        #expect(text.contains("| kvasir early | 750 ms | 675 ms–900 ms | 1.00× | 0.80×–1.10× |"))
        #expect(text.contains("## What these figures do not say"))
    }

    @Test("Aims are compared with the reports' ratios")
    func aims() {
        var report = Self.reuse()
        report.rows[1].server = "llama-server Q8_0"
        #expect(Aims(report).lines.map(\.isMet) == [true, true])
        report.rows[1].timesReference = 14.9
        report.rows[0].redundancy = 1.01
        #expect(Aims(report).lines.map(\.isMet) == [false, false])
        #expect(Aims(report).text.contains("| ≥ 15.0 | 14.9 | 25.2–34.7 | **no** |"))
    }

    @Test("README's figures are written between the marks, and nothing else is touched")
    func headline() throws {
        let page = "# A\n<!-- bench: written by kvasir bench report -->\nold\n<!-- /bench -->\nrest\n"
        let written = try #require(Headline(Self.reuse()).replaced(in: page))
        #expect(written.hasPrefix("# A\n<!-- bench: written by kvasir bench report -->\n| mean time to first token |"))
        #expect(written.hasSuffix("\n<!-- /bench -->\nrest\n"))
        #expect(written.contains("| 8 users × (1,024 shared + 32), cold | 750 ms | 31.5× |"))
        #expect(!written.contains("\nold\n"))
        #expect(Headline(Self.reuse()).replaced(in: written) == written)
        #expect(Headline(Self.reuse()).replaced(in: "no marks") == nil)
        #expect(Headline(Self.reuse()).replaced(in: "<!-- bench: written by kvasir bench report -->\nold\n") == nil)
    }
}
