import Hummingbird
import KVCache
import Kvasir
import Scheduling

/// The page that `/metrics` shows: the engine's counters and the server's, under our names and under those of vLLM that routers read.
struct MetricsPage {
    var engine: EngineStatistics
    var http: HTTPStatistics.Snapshot
    /// The model's name, for vLLM's label.
    var model: String

    private var counters: SchedulerCounters { engine.scheduler }

    func encoded() -> ByteBuffer {
        var text = PrometheusText()
        writePromptTokens(to: &text)
        writeGeneration(to: &text)
        writeMemory(to: &text)
        writeRequests(to: &text)
        writeTenants(to: &text)
        writeRouterNames(to: &text)
        return text.buffer
    }

    private func writePromptTokens(to text: inout PrometheusText) {
        text.counter(
            "kvasir_prompt_tokens_total", "Prompt tokens whose keys and values are there, wherever they came from.",
            counters.promptTokens.all)
        text.counter(
            "kvasir_prompt_tokens_computed_total", "Prompt tokens whose keys and values were computed.",
            counters.promptTokens.computed)
        text.family(
            "kvasir_prompt_tokens_reused_total", .counter,
            "Prompt tokens that were not computed: ready before the request came, or computed by another in flight.")
        text.sample("kvasir_prompt_tokens_reused_total", [("source", "ready")], counters.promptTokens.reusedReady)
        text.sample(
            "kvasir_prompt_tokens_reused_total", [("source", "in_flight")], counters.promptTokens.reusedInFlight)
        text.counter(
            "kvasir_prompt_tokens_logits_only_total",
            "Last tokens of prompts whose keys and values were there and whose logits were computed.",
            counters.promptTokens.logitsOnly)
    }

    private func writeGeneration(to text: inout PrometheusText) {
        text.counter("kvasir_generation_tokens_total", "Tokens that the model chose.", counters.generatedTokens)
        text.counter(
            "kvasir_computed_tokens_total", "Tokens whose keys and values were computed, of prompts and answers.",
            counters.promptTokens.computed + counters.otherTokensComputed)
        text.counter("kvasir_steps_total", "Forward passes over a batch.", counters.steps)
        text.counter(
            "kvasir_step_rows_total", "Tokens run through the model, keys and values written or not.", counters.rows)
        text.counter(
            "kvasir_step_rows_shared_total",
            "Tokens not run because another sequence ran the same one at the same place of the tree in that step.",
            counters.sharedRows)
        text.histogram(
            "kvasir_step_duration_seconds", "The time of a step.", bounds: engine.stepDuration.bounds,
            counts: engine.stepDuration.counts, sum: engine.stepDuration.sum)
        text.histogram(
            "kvasir_time_to_first_token_seconds", "From a request's arrival to its first token.",
            bounds: engine.timeToFirstToken.bounds, counts: engine.timeToFirstToken.counts,
            sum: engine.timeToFirstToken.sum)
        text.histogram(
            "kvasir_inter_token_latency_seconds", "From one token of a sample to the next.",
            bounds: engine.interTokenLatency.bounds, counts: engine.interTokenLatency.counts,
            sum: engine.interTokenLatency.sum)
    }

    private func writeMemory(to text: inout PrometheusText) {
        text.family(
            "kvasir_kv_blocks", .gauge, "Blocks of the key-value cache by state; the states add up to all blocks.")
        text.sample("kvasir_kv_blocks", [("state", "free")], engine.cache.free)
        text.sample("kvasir_kv_blocks", [("state", "cached")], engine.cache.cached)
        text.sample("kvasir_kv_blocks", [("state", "leased")], engine.cache.leased)
        text.counter(
            "kvasir_kv_blocks_evicted_total", "Blocks whose content was given up for other content.",
            engine.cache.evictions)
        text.counter("kvasir_preemptions_total", "Sequences sent back to the queue to make room.", counters.preemptions)
        text.counter(
            "kvasir_displacements_total", "Those of them that gave way to a namespace which ran less than its share.",
            counters.displacements)
    }

    private func writeRequests(to text: inout PrometheusText) {
        text.gauge(
            "kvasir_sequences_running", "Sequences in the batch; a request has one for each sample.", engine.running)
        text.gauge("kvasir_sequences_waiting", "Sequences in the queue.", engine.waiting)
        text.family("kvasir_sequences_finished_total", .counter, "Sequences that ended, by why they did.")
        text.sample("kvasir_sequences_finished_total", [("reason", "stop")], engine.finishedByStop)
        text.sample("kvasir_sequences_finished_total", [("reason", "length")], engine.finishedByLength)
        text.sample("kvasir_sequences_finished_total", [("reason", "cancelled")], engine.cancelled)
        text.sample("kvasir_sequences_finished_total", [("reason", "failed")], engine.failed)
        text.sample("kvasir_sequences_finished_total", [("reason", "timeout")], engine.timedOut)
        text.counter("kvasir_requests_rejected_total", "Requests refused because the queue was full.", engine.rejected)
        text.family("kvasir_http_requests_total", .counter, "HTTP requests answered.")
        for (key, count) in http.finished {
            text.sample(
                "kvasir_http_requests_total",
                [("route", key.route), ("method", key.method), ("status", String(key.status))], count)
        }
        text.gauge("kvasir_http_requests_in_flight", "HTTP requests whose answer is not complete.", http.inFlight)
        text.counter(
            "kvasir_http_disconnects_total", "Clients that went away before their answer was complete.",
            http.disconnects)
    }

    private func writeRouterNames(to text: inout PrometheusText) {
        let labels = [("model_name", model)]
        func write(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: Int) {
            text.family(name, kind, help)
            text.sample(name, labels, value)
        }
        write("vllm:num_requests_running", .gauge, "Sequences in the batch.", engine.running)
        write("vllm:num_requests_waiting", .gauge, "Sequences in the queue.", engine.waiting)
        text.family("vllm:kv_cache_usage_perc", .gauge, "Share of the blocks that running requests hold, from 0 to 1.")
        text.sample(
            "vllm:kv_cache_usage_perc", labels, Double(engine.cache.leased) / Double(max(engine.cache.blocks, 1)))
        write(
            "vllm:prefix_cache_queries_total", .counter, "Prompt tokens looked up in the cache.",
            counters.promptTokens.all)
        write(
            "vllm:prefix_cache_hits_total", .counter, "Prompt tokens found in the cache.",
            counters.promptTokens.reusedReady + counters.promptTokens.reusedInFlight)
        write("vllm:prompt_tokens_total", .counter, "Prompt tokens.", counters.promptTokens.all)
        write("vllm:generation_tokens_total", .counter, "Tokens that the model chose.", counters.generatedTokens)
        text.histogram(
            "vllm:time_to_first_token_seconds", "From a request's arrival to its first token.", labels: labels,
            bounds: engine.timeToFirstToken.bounds, counts: engine.timeToFirstToken.counts,
            sum: engine.timeToFirstToken.sum)
        text.histogram(
            "vllm:inter_token_latency_seconds", "From one token of a sample to the next.", labels: labels,
            bounds: engine.interTokenLatency.bounds, counts: engine.interTokenLatency.counts,
            sum: engine.interTokenLatency.sum)
    }
}
