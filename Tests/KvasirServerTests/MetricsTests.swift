import Hummingbird
import KVCache
import Kvasir
import NIOCore
import Testing

@testable import KvasirServer

@Suite("Metrics") struct MetricsTests {
    @Test("the page has every family once, with help and type, and its samples under it")
    func page() throws {
        let statistics = HTTPStatistics()
        statistics.respond(.init(route: "/health", method: "GET", status: 200))
        statistics.respond(.init(route: "/health", method: "GET", status: 200))
        let page = MetricsPage(
            engine: try GenerationBackend.alphabet().statistics(), http: statistics.snapshot(), model: "a\"b\\c\nd")
        var family = ""
        var families: Set<String> = []
        let text = String(buffer: page.encoded())
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                family = String(words[2])
                #expect(families.insert(family).inserted, "\(family) comes twice")
            } else if line.hasPrefix("# TYPE ") {
                #expect(words[2] == family)
            } else {
                #expect(line.hasPrefix(family), "\(line) is not of \(family)")
                #expect(Double(words.last ?? "") != nil, "\(line)")
            }
        }
        for name in [
            "kvasir_prompt_tokens_total", "kvasir_prompt_tokens_computed_total", "kvasir_prompt_tokens_reused_total",
            "kvasir_generation_tokens_total", "kvasir_kv_blocks", "vllm:num_requests_running",
            "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc", "vllm:prefix_cache_queries_total",
            "vllm:prefix_cache_hits_total", "vllm:prompt_tokens_total", "vllm:generation_tokens_total",
            "vllm:time_to_first_token_seconds", "vllm:inter_token_latency_seconds",
        ] {
            #expect(families.contains(name), "\(name) is missing")
        }
        #expect(text.contains(#"kvasir_http_requests_total{route="/health",method="GET",status="200"} 2"#))
        #expect(text.contains(#"model_name="a\"b\\c\nd""#))
    }

    @Test("tenants that are named have samples of their own, and all others one together")
    func tenants() async throws {
        var configuration = EngineConfiguration(blocks: 64, maximumBatchTokens: 64, maximumSequences: 8)
        configuration.tenants = ["a": TenantShare()]
        let engine = try Engine(
            runner: AlphabetRunner(), namespace: "alphabet", contextLength: 256, endTokens: [ByteTokenizer.end],
            configuration: configuration)
        for salt in ["a", "x", nil, "y"] {
            let prompt = "abc".utf8.map { TokenID(Int32($0)) }
            let generation = try engine.generate(
                GenerationRequest(prompt: prompt, maximumTokens: 1, cacheSalt: salt))
            for try await _ in generation {}
        }
        let page = MetricsPage(engine: engine.statistics(), http: HTTPStatistics().snapshot(), model: "m")
        let lines = String(buffer: page.encoded()).split(separator: "\n").map(String.init)
        func values(_ family: String) -> [String] {
            lines.filter { $0.hasPrefix(family + "{") }.map { String($0.dropFirst(family.count)) }
        }
        #expect(
            values("kvasir_tenant_prompt_tokens_total") == [#"{tenant="a"} 3"#, #"{tenant="other"} 9"#])
        #expect(
            values("kvasir_tenant_prompt_tokens_computed_total") == [#"{tenant="a"} 3"#, #"{tenant="other"} 9"#])
        #expect(values("kvasir_tenant_prompt_tokens_reused_total").count == 4)
        #expect(values("kvasir_tenant_sequences_running") == [#"{tenant="a"} 0"#, #"{tenant="other"} 0"#])
    }

    @Test("a histogram's buckets add up")
    func histogram() {
        var text = PrometheusText()
        text.histogram("h", "Help.", labels: [("l", "v")], bounds: [0.5, 1], counts: [1, 2, 3], sum: 7.5)
        #expect(
            String(buffer: text.buffer) == """
                # HELP h Help.
                # TYPE h histogram
                h_bucket{l="v",le="0.5"} 1
                h_bucket{l="v",le="1.0"} 3
                h_bucket{l="v",le="+Inf"} 6
                h_sum{l="v"} 7.5
                h_count{l="v"} 6

                """)
    }

    @Test("a request is in flight until its last reference goes")
    func inFlight() {
        let statistics = HTTPStatistics()
        var first: HTTPStatistics.InFlight? = statistics.begin()
        #expect(statistics.snapshot().inFlight == 1)
        withExtendedLifetime(first) {}
        first = nil
        #expect(statistics.snapshot().inFlight == 0)
    }
}
