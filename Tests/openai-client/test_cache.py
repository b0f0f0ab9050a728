"""What the cache promises, seen from outside."""

import concurrent.futures

SYSTEM = " ".join(f"Rule {number}: answer question {number} in {number % 7 + 1} words." for number in range(60))
BURST = 16


def messages(index: int) -> list[dict]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"{index} is my question. Answer it."}]


def distinct_tokens(prompts: list[list[int]]) -> int:
    """Nodes of the prompts' prefix tree."""
    return len({tuple(prompt[:length]) for prompt in prompts for length in range(1, len(prompt) + 1)})


def test_second_request_is_cached(client, model, salt):
    request = dict(model=model, messages=messages(0), max_tokens=4, temperature=0, extra_body={"cache_salt": salt})
    first = client.chat.completions.create(**request)
    second = client.chat.completions.create(**request)
    assert first.usage.prompt_tokens_details.cached_tokens == 0
    assert second.usage.prompt_tokens_details.cached_tokens == second.usage.prompt_tokens - 1
    assert second.choices[0].message.content == first.choices[0].message.content


def test_salts_share_nothing(client, model, salt):
    def cached(name):
        answer = client.chat.completions.create(
            model=model, messages=messages(0), max_tokens=1, extra_body={"cache_salt": name}
        )
        return answer.usage.prompt_tokens_details.cached_tokens

    assert cached(salt) == 0
    assert cached(salt + "x") == 0
    assert cached(salt) > 0


def test_burst_computes_the_shared_prompt_once(client, server, model, salt):
    prompts = [server.post("/tokenize", {"messages": messages(index)})["tokens"] for index in range(BURST)]
    before = server.metrics()

    def ask(index):
        return client.chat.completions.create(
            model=model, messages=messages(index), max_tokens=1, temperature=0, extra_body={"cache_salt": salt}
        )

    with concurrent.futures.ThreadPoolExecutor(BURST) as pool:
        answers = list(pool.map(ask, range(BURST)))
    after = server.metrics()

    def gained(name):
        return after[name] - before[name]

    distinct = distinct_tokens(prompts)
    assert distinct <= gained("kvasir_prompt_tokens_computed_total") <= distinct + BURST
    assert gained("kvasir_prompt_tokens_total") == sum(map(len, prompts))
    assert gained("kvasir_prompt_tokens_total") == (
        gained("kvasir_prompt_tokens_computed_total")
        + gained("kvasir_prompt_tokens_logits_only_total")
        + gained('kvasir_prompt_tokens_reused_total{source="ready"}')
        + gained('kvasir_prompt_tokens_reused_total{source="in_flight"}')
    )
    alone = [ask(index).choices[0].message.content for index in range(4)]
    assert [answer.choices[0].message.content for answer in answers[:4]] == alone


def test_samples_share_their_prompt(client, server, model, salt):
    before = server.metrics()["kvasir_prompt_tokens_computed_total"]
    answer = client.chat.completions.create(
        model=model, messages=messages(0), n=8, max_tokens=1, extra_body={"cache_salt": salt}
    )
    gained = server.metrics()["kvasir_prompt_tokens_computed_total"] - before
    assert gained == answer.usage.prompt_tokens
