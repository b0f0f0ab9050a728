"""Errors arrive as the exceptions that the official client documents."""

import httpx
import openai
import pytest

MESSAGES = [{"role": "user", "content": "Hello"}]


def test_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-4", messages=MESSAGES)
    assert caught.value.code == "model_not_found"
    assert caught.value.param == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


@pytest.mark.parametrize(
    "fields, parameter",
    [
        ({"n": 0}, "n"),
        ({"n": 10**9}, "n"),
        ({"temperature": -1}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1e30}, "max_tokens"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"stop": [""]}, "stop"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"logit_bias": {"1": 5}}, "logit_bias"),
        ({"presence_penalty": 1}, "presence_penalty"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, "messages[0].content[0]"),
    ],
)
def test_bad_parameter(client, model, fields, parameter):
    request = {"messages": MESSAGES, **fields}
    messages = request.pop("messages")
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=model, messages=messages, extra_body=request)
    assert caught.value.param == parameter
    assert caught.value.type == "invalid_request_error"
    assert parameter in caught.value.message


def test_prompt_too_long(client, model):
    context = client.models.retrieve(model).max_model_len
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=model, prompt=[1] * (context + 5))
    assert caught.value.code == "context_length_exceeded"
    assert str(context) in caught.value.message and str(context + 5) in caught.value.message


def test_api_key(start_server, tmp_path):
    keys = tmp_path / "keys.txt"
    keys.write_text("# test\nsesame\n")
    server = start_server("--api-key-file", str(keys), api_key="sesame")
    assert server.client().models.list().data
    for key in ("sesam", "sesamee", "none"):
        server.api_key = key
        with pytest.raises(openai.AuthenticationError) as caught:
            server.client().models.list()
        assert caught.value.code == "invalid_api_key"
    server.stop()


def test_queue_full(start_server):
    server = start_server("--max-sequences", "1", "--max-queue", "0")
    client = server.client()
    request = dict(model="default", prompt="Hello", max_tokens=4000, stream=True, extra_body={"ignore_eos": True})
    stream = client.completions.create(**request)
    next(iter(stream))
    with pytest.raises(openai.RateLimitError) as caught:
        client.completions.create(model="default", prompt="Hello")
    assert int(caught.value.response.headers["retry-after"]) >= 1
    stream.close()
    server.wait_for_metric("kvasir_sequences_running", 0)
    assert client.completions.create(model="default", prompt="Hello", max_tokens=1).choices
    server.stop()


def test_raw_requests(server):
    """What the client would not send."""

    def post(path, content, **headers):
        response = httpx.post(f"{server.url}{path}", content=content, headers=headers, timeout=60)
        return response.status_code, response.json()["error"]["code"]

    path = "/v1/chat/completions"
    assert post(path, b"{") == (400, "invalid_json")
    assert post(path, b"[" * 1_000_000) == (400, "invalid_json")
    assert post(path, b'{"messages": "\xff"}') == (400, "invalid_json")
    assert post(path, b'{"messages": "\\ud800"}') == (400, "invalid_json")
    assert post(path, b'{"max_tokens": 1e999}') == (400, "invalid_json")
    assert post(path, b" " * (17 << 20)) == (413, "request_too_large")
    assert post("/v1/nothing", b"{}") == (404, "unknown_url")
    response = httpx.get(f"{server.url}{path}")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}
