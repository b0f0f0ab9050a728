#!/usr/bin/env python3
"""Measures a burst of users who share a system prompt, in each reuse mode, against a Kvasir server it starts.

    swift build -c release
    python3 Tools/burst/burst.py            # needs Python 3.9 and nothing else

Each round sends the same burst to one server of each mode in turn, cold (a new cache_salt, so nothing is shared with earlier
rounds), and reads from /metrics what was computed. Printed are medians over rounds, and ratios within a round.
"""

import argparse
import hashlib
import http.client
import json
import os
import random
import statistics
import subprocess
import threading
import time

QUESTIONS = [
    "What is early reuse?", "How do I start the server?", "What does --tokens-per-block do?", "Which model files can I use?",
    "How do I stream an answer?", "What is a prefix tree?", "What does cache_salt do?", "Can I run Kvasir on a GPU?",
    "What happens when the queue is full?", "How does eviction work?", "What is time to first token?",
    "How much memory does the KV cache take?", "What does --reuse off do?", "Is the answer the same with the cache off?",
    "What license does Kvasir have?", "Who are you?", "How do I list the models?", "What is prefill?", "What is a lease?",
    "How do I set the port?", "What does kvasir inspect show?", "Does it support top_k?", "What is in_flight reuse?",
    "Where do I find metrics?", "What is a namespace?", "Can I send token ids?", "How do I set a seed?", "What is a step?",
    "What does max_tokens do?", "Is there a dashboard?", "What is a claim?", "How many users can it serve at once?",
]

POLICY = [
    "You are the support assistant of a company that serves language models on its own machines.",
    "Answer in short and friendly sentences, and never promise what the documentation does not say.",
    "Rule {n}: if a customer asks about invoice {k}, tell them that the billing desk answers within {d} working days.",
    "Rule {n}: machines in rack {k} are restarted on day {d} of the month, and nobody needs to do anything.",
    "Rule {n}: a ticket with number {k} stays open for {d} days after the last message.",
    "Rule {n}: accounts of plan {k} may have up to {d} users, and each of them has a key of their own.",
]


class Server:
    """A Kvasir server of one reuse mode on a free port."""

    def __init__(self, binary, mode, arguments):
        self.mode = mode
        self.process = subprocess.Popen(
            [binary, "serve", "--port", "0", "--reuse", mode, *arguments], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("Listening on"):
                self.port = int(line.rsplit(":", 1)[1])
                break
        else:
            raise SystemExit(f"the server did not start: exit code {self.process.wait()}")

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        return connection, connection.getresponse()

    def tokens(self, messages):
        connection, response = self.post("/tokenize", {"messages": messages})
        answer = json.loads(response.read())
        connection.close()
        if "tokens" not in answer:
            raise SystemExit(f"/tokenize: {answer}")
        return answer["tokens"]

    def metrics(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")}

    def stop(self):
        self.process.terminate()
        self.process.wait()


def system_prompt(server, tokens):
    """A text of about that many tokens."""
    text, number = [], 0
    draw = random.Random(1)
    while len(server.tokens([{"role": "system", "content": " ".join(text)}])) < tokens:
        line = POLICY[number] if number < 2 else POLICY[2 + number % 4]
        text.append(line.format(n=number, k=draw.randrange(100, 1000), d=draw.randrange(2, 30)))
        number += 1
    return " ".join(text)


def ask(server, body, delay, leave, result):
    """Sends a request after a delay and notes its time to first token, from when it should have been sent."""
    time.sleep(delay)
    start = time.perf_counter()
    connection, response = server.post("/v1/chat/completions", body)
    if leave:
        time.sleep(leave)
        connection.sock.close()
        connection.close()
        return
    text = ""
    for line in response:
        if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
            continue
        event = json.loads(line[6:])
        if "error" in event:
            raise SystemExit(f"error in a stream: {event}")
        for choice in event["choices"]:
            piece = choice["delta"].get("content")
            if piece and "ttft" not in result:
                result["ttft"] = time.perf_counter() - start
            text += piece or ""
    result["text"] = text
    connection.close()


def burst(server, messages, salt, arrivals, prefill, draw):
    """Runs one burst. Returns each request's result and what /metrics counted meanwhile."""
    before = server.metrics()
    results = [{} for _ in messages]
    threads = []
    for index, conversation in enumerate(messages):
        body = {"model": "default", "messages": conversation, "max_tokens": 32, "temperature": 0, "stream": True,
                "cache_salt": salt}
        delay = draw.uniform(0, prefill) if arrivals == "staggered" and index else 0
        if arrivals == "leader-leaves" and index:
            delay = prefill * 0.1
        leave = prefill * 0.4 if arrivals == "leader-leaves" and index == 0 else 0
        threads.append(threading.Thread(target=ask, args=(server, body, delay, leave, results[index])))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = server.metrics()
    counted = {name: after[name] - before.get(name, 0) for name in after}
    return results, counted


def distinct(paths):
    """The number of tokens in the prefix tree of some token lists."""
    seen = set()
    for path in paths:
        state = 0
        for token in path:
            state = hash((state, token))
            seen.add(state)
    return len(seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(".build", "release", "kvasir"))
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--system-tokens", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--arrivals", choices=["burst", "staggered", "leader-leaves"], default="burst")
    parser.add_argument("--modes", default="early,completed,off")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("arguments", nargs="*", help="further arguments for `kvasir serve`, after --")
    options = parser.parse_args()

    servers = [Server(options.binary, mode, options.arguments) for mode in options.modes.split(",")]
    try:
        system = system_prompt(servers[0], options.system_tokens)
        messages = [[{"role": "system", "content": system}, {"role": "user", "content": QUESTIONS[i % len(QUESTIONS)]}]
                    for i in range(options.users)]
        paths = [servers[0].tokens(conversation) for conversation in messages]
        tree = distinct(paths)
        # Warm up, and learn how long the shared part takes.
        prefill = burst(servers[0], messages[:1], "warm-up", "burst", 0, random.Random(0))[0][0]["ttft"]
        for server in servers[1:]:
            burst(server, messages[:1], "warm-up", "burst", 0, random.Random(0))
        rows = {server.mode: {"ttft": [], "computed": []} for server in servers}
        texts = set()
        for number in range(options.rounds):
            for server in servers:
                draw = random.Random(number)
                results, counted = burst(server, messages, f"round-{number}", options.arrivals, prefill, draw)
                times = [result["ttft"] for result in results if "ttft" in result]
                rows[server.mode]["ttft"].append(statistics.mean(times))
                rows[server.mode]["computed"].append(int(counted["kvasir_prompt_tokens_computed_total"]))
                texts.add(tuple(result.get("text") for result in results[1:]))
        answer = {
            "arrivals": options.arrivals, "users": options.users, "prompt_tokens": sum(map(len, paths)),
            "distinct_tokens": tree, "identical_answers": len(texts) == 1,
            "answers_digest": hashlib.sha256(repr(sorted(texts)).encode()).hexdigest()[:12],
            "modes": {mode: {
                "mean_ttft_seconds": statistics.median(row["ttft"]), "computed_tokens": row["computed"],
                "ttft_over_early": statistics.median(
                    [a / b for a, b in zip(row["ttft"], rows[servers[0].mode]["ttft"])]),
            } for mode, row in rows.items()},
        }
    finally:
        for server in servers:
            server.stop()
    if options.json:
        print(json.dumps(answer, indent=2))
        return
    print(f"{options.users} users, {options.arrivals}, {answer['prompt_tokens']} prompt tokens, {tree} distinct, "
          f"{options.rounds} rounds; answers identical: {answer['identical_answers']} ({answer['answers_digest']})")
    print(f"{'reuse':<10} {'mean TTFT':>10} {'ratio':>7}  computed prompt tokens (per round)")
    for mode, row in answer["modes"].items():
        computed = sorted(set(row["computed_tokens"]))
        print(f"{mode:<10} {row['mean_ttft_seconds'] * 1000:>7.1f} ms {row['ttft_over_early']:>6.2f}x  {computed}")


if __name__ == "__main__":
    main()
