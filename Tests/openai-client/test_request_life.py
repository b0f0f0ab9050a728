"""What a request may ask of its own life: urgency, an end, and what is kept of it."""

import openai
import pytest

ENDLESS = {"ignore_eos": True}


def finished(server, reason: str) -> float:
    return server.metrics()[f'kvasir_sequences_finished_total{{reason="{reason}"}}']


def test_timeout(server, model):
    before = finished(server, "timeout")
    # The client would repeat what ends with status 408, if the server did not tell it not to.
    client = server.client(max_retries=3)
    with pytest.raises(openai.APIStatusError) as caught:
        client.completions.create(
            model=model, prompt="Hello", max_tokens=3500, n=2, extra_body={"timeout": 0.1, **ENDLESS})
    assert caught.value.status_code == 408
    assert caught.value.code == "timeout" and caught.value.param == "timeout"
    server.wait_for_metric("kvasir_sequences_running", 0)
    assert finished(server, "timeout") == before + 2


def test_timeout_in_stream(server, client, model):
    stream = client.completions.create(
        model=model, prompt="Hello", max_tokens=3500, stream=True, extra_body={"timeout": 0.2, **ENDLESS})
    chunks = 0
    with pytest.raises(openai.APIError) as caught:
        for _ in stream:
            chunks += 1
    assert chunks > 0 and caught.value.code == "timeout"
    server.wait_for_metric("kvasir_sequences_running", 0)


def test_in_time(client, model):
    retention = {"ranges": [{"start": 0, "end": 16, "priority": 90, "duration_ms": 60000}], "decode": {"priority": 10}}
    answer = client.completions.create(
        model=model, prompt="Hello", max_tokens=3, temperature=0,
        extra_body={"priority": -2, "timeout": 60, "kv_retention": retention, **ENDLESS})
    plain = client.completions.create(
        model=model, prompt="Hello", max_tokens=3, temperature=0, extra_body=ENDLESS)
    assert answer.choices[0].text == plain.choices[0].text


def test_equal_samples_share_rows(server, client, model, salt):
    before = server.metrics()["kvasir_step_rows_shared_total"]
    answer = client.completions.create(
        model=model, prompt="What is early reuse?", max_tokens=8, n=4, temperature=0,
        extra_body={"cache_salt": salt, **ENDLESS})
    assert len({choice.text for choice in answer.choices}) == 1
    assert server.metrics()["kvasir_step_rows_shared_total"] == before + 3 * 8


@pytest.mark.parametrize(
    "fields, parameter",
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"priority": 1.5}, "priority"),
        ({"kv_retention": {"ranges": [{"start": 4, "end": 2, "priority": 1}]}}, "kv_retention.ranges"),
        ({"kv_retention": {"ranges": [{"priority": 101}]}}, "kv_retention.ranges[0].priority"),
        ({"kv_retention": {"decode": {}}}, "kv_retention.decode.priority"),
    ],
)
def test_bad_field(client, model, fields, parameter):
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=model, prompt="Hello", extra_body=fields)
    assert caught.value.param == parameter and parameter in caught.value.message


def test_tenants(start_server):
    server = start_server("--tenant", "a=2,1MiB", "--target-itl", "200", "--kv-memory", "64MiB", "--max-sequences", "2")
    client = server.client()
    floods = [
        client.completions.create(
            model="default", prompt=f"Hello {index}", max_tokens=2000, stream=True,
            extra_body={"cache_salt": "b", **ENDLESS})
        for index in range(4)
    ]
    next(iter(floods[0]))
    # Both places are taken; who is promised one does not wait for an end.
    answer = client.completions.create(
        model="default", prompt="Hello", max_tokens=2, extra_body={"cache_salt": "a", "timeout": 20, **ENDLESS})
    assert answer.usage.completion_tokens == 2
    assert server.metrics()["kvasir_displacements_total"] >= 1
    for flood in floods:
        flood.close()
    server.stop()
