"""/v1/completions as the official client uses it."""

PROMPT = "Early reuse means that"


def test_text(client, model):
    answer = client.completions.create(model=model, prompt=PROMPT, max_tokens=8, temperature=0)
    assert answer.object == "text_completion"
    assert answer.choices[0].finish_reason in ("stop", "length")
    assert answer.usage.prompt_tokens_details.cached_tokens >= 0


def test_default_model_and_length(client):
    answer = client.completions.create(model="default", prompt=PROMPT, extra_body={"ignore_eos": True})
    assert answer.usage.completion_tokens == 16


def test_token_ids_equal_text(client, server, model):
    tokens = server.post("/tokenize", {"prompt": PROMPT})["tokens"]
    request = dict(model=model, max_tokens=8, temperature=0)
    by_text = client.completions.create(prompt=PROMPT, **request)
    by_tokens = client.completions.create(prompt=tokens, **request)
    assert by_tokens.choices[0].text == by_text.choices[0].text
    assert by_tokens.usage.prompt_tokens == len(tokens)


def test_several_prompts(client, server, model):
    prompts = [PROMPT, "A block is", "The cache"]
    tokens = [server.post("/tokenize", {"prompt": prompt})["tokens"] for prompt in prompts]
    request = dict(model=model, max_tokens=6, temperature=0)
    alone = [client.completions.create(prompt=prompt, **request).choices[0].text for prompt in prompts]
    for together in (prompts, tokens):
        answer = client.completions.create(prompt=together, **request)
        assert [choice.text for choice in answer.choices] == alone
        assert [choice.index for choice in answer.choices] == [0, 1, 2]
        assert answer.usage.prompt_tokens == sum(map(len, tokens))


def test_several_choices_stream(client, model):
    request = dict(model=model, prompt=[PROMPT, "A block is"], n=2, max_tokens=6, seed=3)
    whole = client.completions.create(**request)
    texts = ["", "", "", ""]
    for chunk in client.completions.create(**request, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.text
    assert texts == [choice.text for choice in whole.choices]


def test_logprobs(client, model):
    answer = client.completions.create(
        model=model, prompt=PROMPT, max_tokens=5, temperature=0, logprobs=2, extra_body={"ignore_eos": True}
    )
    logprobs = answer.choices[0].logprobs
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == len(logprobs.top_logprobs) == 5
    assert logprobs.text_offset[0] == 0
    for token, logprob, top in zip(logprobs.tokens, logprobs.token_logprobs, logprobs.top_logprobs):
        assert top[token] == logprob == max(top.values())


def test_token_ids_of_answer(client, server, model):
    answer = client.completions.create(
        model=model, prompt=PROMPT, max_tokens=5, temperature=0, extra_body={"return_token_ids": True, "ignore_eos": True}
    )
    choice = answer.choices[0]
    assert len(choice.token_ids) == 5
    assert choice.prompt_token_ids == server.post("/tokenize", {"prompt": PROMPT})["tokens"]


def test_greedy_is_top_k_1(client, model):
    request = dict(model=model, prompt=PROMPT, max_tokens=8)
    greedy = client.completions.create(**request, temperature=0).choices[0].text
    for body in ({"top_k": 1}, {"min_p": 1.0}):
        assert client.completions.create(**request, temperature=1, extra_body=body).choices[0].text == greedy
    assert client.completions.create(**request, temperature=1, top_p=0).choices[0].text == greedy


def test_tokenize_round_trip(server):
    text = "Ein Blöckchen 🧱 of\ttext"
    tokens = server.post("/tokenize", {"content": text})
    assert tokens["count"] == len(tokens["tokens"])
    assert server.post("/detokenize", {"tokens": tokens["tokens"]})["content"] == text
