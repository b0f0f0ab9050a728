import KVCache
import Kvasir
import Scheduling

extension MetricsPage {
    /// What is due to each tenant that the server was told of (`--tenant`), and to all others together: so many labels and no more,
    /// whatever salts clients send. Each family adds up to the one without labels of tenants.
    func writeTenants(to text: inout PrometheusText) {
        let tenants = engine.tenants
        let whole = engine.scheduler
        func family(
            _ name: String, _ kind: PrometheusText.Kind, _ help: String, labels: [(String, String)] = [],
            isFirst: Bool = true, all: Int, _ value: (TenantStatistics) -> Int
        ) {
            if isFirst { text.family(name, kind, help) }
            for tenant in tenants { text.sample(name, [("tenant", tenant.salt)] + labels, value(tenant)) }
            let others = all - tenants.reduce(0) { $0 + value($1) }
            text.sample(name, [("tenant", TenantStatistics.others)] + labels, others)
        }
        family(
            "kvasir_tenant_prompt_tokens_total", .counter, "As kvasir_prompt_tokens_total, by tenant.",
            all: whole.promptTokens.all
        ) { $0.scheduler.promptTokens.all }
        family(
            "kvasir_tenant_prompt_tokens_computed_total", .counter,
            "As kvasir_prompt_tokens_computed_total, by tenant.", all: whole.promptTokens.computed
        ) { $0.scheduler.promptTokens.computed }
        let reused = "kvasir_tenant_prompt_tokens_reused_total"
        family(
            reused, .counter, "As kvasir_prompt_tokens_reused_total, by tenant.", labels: [("source", "ready")],
            all: whole.promptTokens.reusedReady
        ) { $0.scheduler.promptTokens.reusedReady }
        family(
            reused, .counter, "", labels: [("source", "in_flight")], isFirst: false,
            all: whole.promptTokens.reusedInFlight
        ) { $0.scheduler.promptTokens.reusedInFlight }
        family(
            "kvasir_tenant_prompt_tokens_logits_only_total", .counter,
            "As kvasir_prompt_tokens_logits_only_total, by tenant.", all: whole.promptTokens.logitsOnly
        ) { $0.scheduler.promptTokens.logitsOnly }
        family(
            "kvasir_tenant_generation_tokens_total", .counter, "Tokens that the model chose, by tenant.",
            all: whole.generatedTokens
        ) { $0.scheduler.generatedTokens }
        family(
            "kvasir_tenant_sequences_running", .gauge, "Sequences in the batch, by tenant.", all: engine.running
        ) { $0.scheduler.running }
        family(
            "kvasir_tenant_sequences_waiting", .gauge,
            "Sequences in the queue, by tenant; what came during this step counts as other.", all: engine.waiting
        ) { $0.scheduler.waiting }
        family(
            "kvasir_tenant_kv_blocks_evicted_total", .counter,
            "Blocks whose content was given up for other content, by tenant.", all: engine.cache.evictions
        ) { $0.evictions }
    }
}
