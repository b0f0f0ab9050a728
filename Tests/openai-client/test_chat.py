"""/v1/chat/completions as the official client uses it."""

import pytest

MESSAGES = [
    {"role": "system", "content": "You are the support assistant of Kvasir."},
    {"role": "user", "content": "What is early reuse?"},
]


def text_of_stream(stream):
    """The text and the finish reason of each choice, and the chunks."""
    chunks = list(stream)
    texts: dict[int, str] = {}
    reasons: dict[int, str] = {}
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
            if choice.finish_reason:
                assert choice.index not in reasons
                reasons[choice.index] = choice.finish_reason
    return texts, reasons, chunks


def test_answer(client, model):
    answer = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=12, temperature=0)
    assert answer.object == "chat.completion"
    assert answer.model == model
    assert answer.id.startswith("chatcmpl-")
    assert [choice.index for choice in answer.choices] == [0]
    message = answer.choices[0].message
    assert message.role == "assistant"
    assert message.content
    assert answer.choices[0].finish_reason in ("stop", "length")
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert 1 <= usage.completion_tokens <= 12
    assert 0 <= usage.prompt_tokens_details.cached_tokens < usage.prompt_tokens


def test_stream_equals_whole(client, model):
    request = dict(model=model, messages=MESSAGES, max_tokens=24, temperature=0)
    whole = client.chat.completions.create(**request)
    texts, reasons, chunks = text_of_stream(client.chat.completions.create(**request, stream=True))
    assert texts == {0: whole.choices[0].message.content}
    assert reasons == {0: whole.choices[0].finish_reason}
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[0].object == "chat.completion.chunk"
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_stream_usage(client, model):
    stream = client.chat.completions.create(
        model=model, messages=MESSAGES, max_tokens=5, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices == []
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens >= 0
    assert chunks[-1].usage.completion_tokens <= 5


def test_stream_helper(client, model):
    """The client's own accumulator understands the chunks."""
    with client.chat.completions.stream(model=model, messages=MESSAGES, max_tokens=8, temperature=0) as stream:
        for _ in stream:
            pass
        final = stream.current_completion_snapshot
    whole = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=8, temperature=0)
    assert final.choices[0].message.content == whole.choices[0].message.content


def test_several_choices(client, model):
    request = dict(model=model, messages=MESSAGES, max_tokens=8, n=3, seed=7, temperature=1.5)
    whole = client.chat.completions.create(**request)
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    texts, _, _ = text_of_stream(client.chat.completions.create(**request, stream=True))
    assert [texts[index] for index in range(3)] == [choice.message.content for choice in whole.choices]


def test_seeds(client, model):
    def text(seed):
        answer = client.chat.completions.create(
            model=model, messages=MESSAGES, max_tokens=16, seed=seed, temperature=2, extra_body={"ignore_eos": True}
        )
        return answer.choices[0].message.content

    assert text(1) == text(1)
    assert len({text(seed) for seed in range(4)}) > 1


def test_stop(client, model):
    request = dict(model=model, messages=MESSAGES, max_tokens=24, temperature=0, extra_body={"ignore_eos": True})
    text = client.chat.completions.create(**request).choices[0].message.content
    stop = text[len(text) // 2 :][:3]
    for streams in (False, True):
        if streams:
            texts, reasons, _ = text_of_stream(client.chat.completions.create(**request, stop=[stop], stream=True))
            content, reason = texts[0], reasons[0]
        else:
            choice = client.chat.completions.create(**request, stop=stop).choices[0]
            content, reason = choice.message.content, choice.finish_reason
        assert content == text[: text.index(stop)]
        assert reason == "stop"


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_length(client, model, field):
    answer = client.chat.completions.create(
        model=model, messages=MESSAGES, extra_body={"ignore_eos": True}, **{field: 3}
    )
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 3


def test_logprobs(client, model):
    request = dict(
        model=model, messages=MESSAGES, max_tokens=6, temperature=0, logprobs=True, top_logprobs=3,
        extra_body={"ignore_eos": True},
    )
    choice = client.chat.completions.create(**request).choices[0]
    content = choice.logprobs.content
    assert len(content) == 6
    for entry in content:
        assert entry.logprob <= 0
        assert len(entry.top_logprobs) == 3
        # Greedy: the chosen token is the likeliest one.
        assert entry.top_logprobs[0].logprob == entry.logprob
        assert entry.bytes is not None
    chunks = client.chat.completions.create(**request, stream=True)
    streamed = [entry for chunk in chunks for c in chunk.choices if c.logprobs for entry in c.logprobs.content]
    assert streamed == content


def test_roles_and_parts(client, model):
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is "}, {"type": "text", "text": "a block?"}]},
        {"role": "assistant", "content": "A piece of memory."},
        {"role": "user", "content": "Thanks."},
    ]
    plain = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is a block?"},
        *messages[2:],
    ]
    texts = [
        client.chat.completions.create(model=model, messages=turns, max_tokens=8, temperature=0).choices[0].message.content
        for turns in (messages, plain)
    ]
    assert texts[0] == texts[1]
