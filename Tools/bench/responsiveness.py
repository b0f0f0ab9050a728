#!/usr/bin/env python3
"""How quickly the server answers /health while it computes long prompts, beside when it is idle.

    swift build -c release
    python3 Tools/bench/responsiveness.py models/qwen05-q8_0.gguf

Prompts of random tokens, different ones, follow each other without pause; every few milliseconds /health is asked on a connection
of its own. What is printed are milliseconds from request to answer, the client's own share included. Nothing else should be
running.
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

KVASIR = pathlib.Path(__file__).parents[2] / ".build/release/kvasir"


def wait_until_ready(server, port):
    for _ in range(600):
        if server.poll() is not None:
            sys.exit("the server ended")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def latencies(port, seconds, pause):
    """Milliseconds of each /health, asked for some seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        found.append((time.perf_counter() - start) * 1000)
        time.sleep(pause)
    return found


def prompts(port, length, stop, done):
    """Sends prompts one after another; adds up their tokens."""
    numbers = random.Random(1)
    while not stop.is_set():
        body = json.dumps({"prompt": [numbers.randrange(1000, 20000) for _ in range(length)], "max_tokens": 1})
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"a prompt was refused: {text.decode(errors='replace')}")
        done.append(length)


def summary(found):
    found = sorted(found)
    at = lambda share: found[min(len(found) - 1, int(share * len(found)))]
    return {"requests": len(found), "p50": at(0.5), "p99": at(0.99), "max": found[-1]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--kvasir", type=pathlib.Path, default=KVASIR)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--prompt", type=int, default=4096, help="tokens of a prompt")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--pause", type=float, default=0.005, help="seconds between two questions")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    server = subprocess.Popen(
        [arguments.kvasir, "serve", "--model", arguments.model, "--port", str(arguments.port), "--threads",
         str(arguments.threads)], stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(server, arguments.port)
        rows = {"idle": summary(latencies(arguments.port, arguments.seconds / 2, arguments.pause))}
        stop, done = threading.Event(), []
        sender = threading.Thread(target=prompts, args=(arguments.port, arguments.prompt, stop, done), daemon=True)
        start = time.monotonic()
        sender.start()
        rows["computing prompts"] = summary(latencies(arguments.port, arguments.seconds, arguments.pause))
        stop.set()
        sender.join()
        rate = sum(done) / (time.monotonic() - start)
    finally:
        server.terminate()
        server.wait()
    if arguments.json:
        print(json.dumps({"latency_ms": rows, "prompt_tokens_per_second": rate}, indent=2))
        return
    print(f"{'':18} {'requests':>8} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for title, row in rows.items():
        print(f"{title:18} {row['requests']:8} {row['p50']:8.2f} {row['p99']:8.2f} {row['max']:8.2f}")
    print(f"prompts: {rate:.0f} tokens a second")


if __name__ == "__main__":
    main()
