#!/usr/bin/env python3
"""What a flood of long prompts does to running decodes, with and without --target-itl, through the server.

    swift build -c release --product kvasir
    python3 Tools/bench/itl.py                        # the built-in model: 8 decodes, 100 prompts of 4,000 tokens
    python3 Tools/bench/itl.py --target 40 --model models/qwen05-q8_0.gguf --prompts 10

Each run starts a server of its own, and waits until that has its memory from the system (Linux), as one has that is up for some
seconds. Decodes stream until the flood is over; whichever ends is followed by another, which goes before the flood. The flood's prompts share
nothing and ask for one token; they come from a process of their own, so that the decodes' client does not wait for it.
Gaps are those between tokens of one decode, as the client sees them, from the flood's start to its end. The aims: the 99th percentile
within 1.5 times the target, and at least 85 % of the prefill rate that no target gives. Nothing else should be running.
"""

import argparse
import http.client
import json
import multiprocessing
import pathlib
import random
import re
import statistics
import subprocess
import sys
import threading
import time

KVASIR = pathlib.Path(__file__).parents[2] / ".build/release/kvasir"


def post(port, body):
    """Sends a request, given as a value or as its text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    body = body if isinstance(body, str) else json.dumps(body)
    connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != 200:
        sys.exit(f"status {answer.status}: {answer.read().decode()}")
    return connection, answer


class Decode(threading.Thread):
    """Streams one endless answer after another, and notes when each token came."""

    def __init__(self, port, seed, tokens):
        super().__init__(daemon=True)
        self.port, self.random, self.tokens = port, random.Random(seed), tokens
        self.answers, self.stopping, self.begun = [], threading.Event(), threading.Event()

    def run(self):
        while not self.stopping.is_set():
            times = []
            self.answers.append(times)
            body = {"model": "default", "prompt": [self.random.randrange(32, 1024) for _ in range(64)],
                    "max_tokens": self.tokens, "stream": True, "ignore_eos": True, "temperature": 0,
                    "return_token_ids": True, "priority": -10}
            connection, answer = post(self.port, body)
            for line in answer:
                if not line.startswith(b"data: {"):
                    continue
                if choices := json.loads(line[6:]).get("choices"):
                    times.extend([time.monotonic()] * len(choices[0].get("token_ids") or []))
                    self.begun.set()
                if self.stopping.is_set():
                    break
            connection.close()

    def gaps(self, start, end):
        """Of tokens that came together, all but the first have a gap of 0."""
        return [b - a for times in self.answers for a, b in zip(times, times[1:]) if b > start and a < end]


def flood(port, bodies, go, times):
    """Sends all at once when told to go; says when it began and when the last answer was whole."""
    def send(body):
        connection, answer = post(port, body)
        answer.read()
        connection.close()

    threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
    go.wait()
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.put((start, time.monotonic()))


def wait_for_memory(process):
    """Until what the process has in memory has stood still for two seconds."""
    def resident():
        try:
            return re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1]
        except OSError:
            return None
    last, since = resident(), time.monotonic()
    while time.monotonic() < since + 2:
        time.sleep(0.1)
        if (now := resident()) != last:
            last, since = now, time.monotonic()


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def measure(arguments, target):
    command = [KVASIR, "serve", "--port", str(arguments.port), "--threads", str(arguments.threads), "--kv-memory", arguments.kv_memory,
               "--max-batch-tokens", str(arguments.max_batch_tokens)]
    if arguments.model:
        command += ["--model", arguments.model]
    if arguments.record_steps:
        command += ["--record-steps", f"{arguments.record_steps}-{target:g}.csv" if target else f"{arguments.record_steps}-none.csv"]
    if target:
        command += ["--target-itl", str(target)]
    server = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in server.stdout:
            if "Listening" in line:
                break
        else:
            sys.exit("the server did not start")
        wait_for_memory(server)
        prompts = random.Random(arguments.seed)
        bodies = [json.dumps({"model": "default", "prompt": [prompts.randrange(32, 1024) for _ in range(arguments.tokens)],
                              "max_tokens": 1, "ignore_eos": True}) for _ in range(arguments.prompts)]
        go, times = multiprocessing.Event(), multiprocessing.Queue()
        other = multiprocessing.Process(target=flood, args=(arguments.port, bodies, go, times), daemon=True)
        other.start()
        decodes = [Decode(arguments.port, index, arguments.decode_tokens) for index in range(arguments.decodes)]
        for decode in decodes:
            decode.start()
        for decode in decodes:
            decode.begun.wait()
        time.sleep(2)
        go.set()
        start, end = times.get()
        other.join()
        for decode in decodes:
            decode.stopping.set()
        for decode in decodes:
            decode.join()
        gaps = [gap for decode in decodes for gap in decode.gaps(start, end)]
        return {
            "target_ms": target, "gaps": len(gaps), "p50_ms": 1e3 * statistics.median(gaps), "p99_ms": 1e3 * percentile(gaps, 0.99),
            "max_ms": 1e3 * max(gaps), "prefill_tokens_per_second": arguments.prompts * arguments.tokens / (end - start),
            "decode_tokens_per_second": len(gaps) / (end - start), "seconds": end - start,
        }
    finally:
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--target", type=float, nargs="+", default=[50], help="milliseconds between tokens (50)")
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--decodes", type=int, default=8)
    parser.add_argument("--decode-tokens", type=int, default=3000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kv-memory", default="1GiB")
    parser.add_argument("--max-batch-tokens", type=int, default=512)
    parser.add_argument("--port", type=int, default=18_099)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record-steps", metavar="PREFIX", help="each server's steps, in PREFIX-<target>.csv")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [measure(arguments, target) for target in [None, *arguments.target]]
    for row in rows:
        row["prefill_share"] = row["prefill_tokens_per_second"] / rows[0]["prefill_tokens_per_second"]
        row["p99_to_target"] = row["p99_ms"] / row["target_ms"] if row["target_ms"] else None
    if arguments.json:
        print(json.dumps(rows))
        return
    print("target      ITL p50      p99      max   p99 / target   prefill, tok/s   of no target   decode, tok/s")
    for row in rows:
        target = f"{row['target_ms']:.0f} ms" if row["target_ms"] else "none"
        ratio = f"{row['p99_to_target']:.2f}" if row["target_ms"] else "-"
        print(f"{target:8} {row['p50_ms']:8.1f} ms {row['p99_ms']:6.1f} {row['max_ms']:8.1f} {ratio:>12} "
              f"{row['prefill_tokens_per_second']:14.0f} {row['prefill_share']:14.2f} {row['decode_tokens_per_second']:14.0f}")


if __name__ == "__main__":
    main()
