"""/v1/models, /health and /metrics."""

import httpx


def test_models(client):
    models = client.models.list().data
    assert len(models) == 1
    assert models[0].object == "model"
    assert client.models.retrieve(models[0].id) == models[0]


def test_health_is_fast_and_open(server):
    assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}


def test_metrics_have_the_names_that_routers_read(client, server, model):
    client.completions.create(model=model, prompt="Hello", max_tokens=3, extra_body={"ignore_eos": True})
    metrics = server.metrics()
    label = f'{{model_name="{model}"}}'
    for name in (
        "num_requests_running", "num_requests_waiting", "kv_cache_usage_perc", "prefix_cache_queries_total",
        "prefix_cache_hits_total", "prompt_tokens_total", "generation_tokens_total",
        "time_to_first_token_seconds_count", "inter_token_latency_seconds_count",
    ):
        assert f"vllm:{name}{label}" in metrics
    assert metrics[f"vllm:prompt_tokens_total{label}"] == metrics["kvasir_prompt_tokens_total"]
    assert metrics["kvasir_time_to_first_token_seconds_count"] >= 1
    blocks = [metrics[f'kvasir_kv_blocks{{state="{state}"}}'] for state in ("free", "cached", "leased")]
    assert sum(blocks) > 0
