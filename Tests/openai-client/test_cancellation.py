"""Clients that go away, and servers that stop."""

import threading
import time

import httpx


def test_disconnect_in_stream(client, server, model):
    cancelled = 'kvasir_sequences_finished_total{reason="cancelled"}'
    before = server.metrics()[cancelled]
    stream = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Hello"}], n=2, stream=True, extra_body={"ignore_eos": True}
    )
    next(iter(stream))
    stream.close()
    server.wait_for_metric("kvasir_sequences_running", 0)
    assert server.metrics()[cancelled] == before + 2
    server.wait_for_metric('kvasir_kv_blocks{state="leased"}', 0)


def test_disconnect_without_stream(server, model):
    disconnects = server.metrics()["kvasir_http_disconnects_total"]
    body = {"model": model, "prompt": "Hello", "max_tokens": 1_000_000, "n": 4, "ignore_eos": True}
    try:
        httpx.post(f"{server.url}/v1/completions", json=body, timeout=0.3)
    except httpx.ReadTimeout:
        server.wait_for_metric("kvasir_http_disconnects_total", disconnects + 1)
    server.wait_for_metric("kvasir_sequences_running", 0)


def test_stop_finishes_what_runs(start_server):
    server = start_server()
    texts = []
    first = threading.Event()

    def read():
        stream = server.client().completions.create(
            model="default", prompt="Hello", max_tokens=200, stream=True, extra_body={"ignore_eos": True}
        )
        for chunk in stream:
            first.set()
            texts.append(chunk.choices[0].finish_reason)

    reader = threading.Thread(target=read)
    reader.start()
    assert first.wait(60)
    started = time.monotonic()
    assert server.stop() == 0
    reader.join()
    assert texts[-1] == "length"
    assert time.monotonic() - started < 60
