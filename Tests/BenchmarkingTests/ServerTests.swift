import Testing

@testable import Benchmarking

@Suite("Servers")
struct ServerTests {
    @Test("Counters are read from Kvasir's, vLLM's and llama.cpp's metrics")
    func counters() {
        let kvasir = ServerCounters(
            MetricsText(
                """
                # HELP kvasir_prompt_tokens_computed_total x
                kvasir_prompt_tokens_computed_total 12
                vllm:prefix_cache_queries_total{model_name="m"} 100
                vllm:prefix_cache_hits_total{model_name="m"} 3
                kvasir_step_duration_seconds_sum 0.5
                kvasir_kv_blocks{state="cached"} 3
                kvasir_kv_blocks{state="leased"} 4
                kvasir_kv_blocks{state="free"} 9
                """))
        #expect(kvasir.computedTokens == 12)
        #expect(kvasir.stepSeconds == 0.5)
        #expect(kvasir.blocksHeld == 7)
        let vllm = ServerCounters(
            MetricsText("vllm:prefix_cache_queries_total{e=\"0\"} 10\nvllm:prefix_cache_hits_total{e=\"0\"} 4.0\n"))
        #expect(vllm.computedTokens == 6)
        #expect(vllm.stepSeconds == nil)
        #expect(ServerCounters(MetricsText("llamacpp:prompt_tokens_total 5")).computedTokens == 5)
        #expect(ServerCounters(MetricsText("not metrics\n{{{")).computedTokens == nil)
        #expect((kvasir - kvasir).computedTokens == 0)
        #expect((kvasir - vllm).stepSeconds == nil)
    }

    @Test("Without metrics, answers say what was computed, if all of them do")
    func usage() {
        var timing = CompletionTiming()
        timing.firstTokens = [1]
        timing.promptTokens = 10
        timing.cachedTokens = 4
        let none = ServerCounters(MetricsText(""))
        #expect(LoadRun(timings: [timing, timing], counted: none).computedTokens == 12)
        var silent = timing
        silent.cachedTokens = nil
        #expect(LoadRun(timings: [timing, silent], counted: none).computedTokens == nil)
    }

    @Test("The port is read from the complete line that says it")
    func banner() {
        #expect(ServerProcess.port(inBanner: "Model x\nListening on http://127.0.0.1:4123\n\nTry") == 4123)
        #expect(ServerProcess.port(inBanner: "Listening on http://127.0.0.1:41") == nil)
        #expect(ServerProcess.port(inBanner: "") == nil)
    }

    @Test("Servers take turns at being first")
    func turns() throws {
        let endpoint = HTTPEndpoint(host: "h", port: 1)
        let servers = ["a", "b", "c"].map {
            MeasuredServer(BenchmarkServer(name: $0, endpoint: endpoint, model: "m"), isReference: $0 == "b")
        }
        #expect(servers.reference?.server.name == "b")
        #expect(servers.inOrder(ofRound: 1).map(\.index) == [1, 2, 0])
        #expect(servers.inOrder(ofRound: 3).map(\.index) == [0, 1, 2])
    }
}
