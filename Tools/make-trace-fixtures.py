#!/usr/bin/env python3
"""Makes the small traces of Tests/Fixtures/traces: conversations that grow, branch and share a beginning.

Equal output each time. Usage: Tools/make-trace-fixtures.py Tests/Fixtures/traces
"""

import json
import pathlib
import random
import sys


def conversations(rng, grain, count):
    """Yields (seconds, conversation, prompt as (start of the block, tokens) pieces' length, answer's length) by time."""
    requests = []
    for conversation in range(count):
        time = rng.uniform(0, 60)
        length = rng.randrange(1, 4 * grain)
        for _ in range(rng.randrange(1, 6)):
            answer = rng.randrange(1, 40)
            requests.append((round(time, 2), conversation, length, answer))
            time += rng.expovariate(0.2)
            length += answer + rng.randrange(1, 3 * grain)
    return sorted(requests)


def block_ids(rng_ids, conversation, length, grain, shared, partial):
    """Ids of a prompt's blocks. The first `shared` blocks are everybody's; a partial block is named by its length too."""
    ids = []
    for start in range(0, length, grain):
        tokens = min(grain, length - start)
        if tokens < grain and not partial:
            break
        owner = -1 if start // grain < shared else conversation
        ids.append(rng_ids.setdefault((owner, start, tokens if partial else grain), len(rng_ids)))
    return ids


def runs(ids):
    result = []
    for number in ids:
        if result and result[-1][0] + result[-1][1] == number:
            result[-1][1] += 1
        else:
            result.append([number, 1])
    return result


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(4)
    ids = {}
    with open(folder / "mooncake.jsonl", "w") as file:
        for time, conversation, length, answer in conversations(rng, 512, 12):
            blocks = block_ids(ids, conversation, length, 512, 2, True)
            row = {"timestamp": int(time / 3) * 3000, "input_length": length, "output_length": answer, "hash_ids": blocks}
            file.write(json.dumps(row) + "\n")
    ids = {}
    with open(folder / "runs.jsonl", "w") as file:
        for time, conversation, length, answer in conversations(rng, 64, 20):
            row = {"t": time, "s": conversation, "sub": 0, "in": length, "out": answer, "api": -1, "stop": "tool_use",
                   "r": runs(block_ids(ids, conversation, length, 64, 3, False))}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    with open(folder / "azure.csv", "w", newline="") as file:
        file.write("TIMESTAMP,ContextTokens,GeneratedTokens\r\n")
        for time, _, length, answer in conversations(rng, 100, 8):
            file.write(f"2023-11-16 18:{17 + int(time // 60):02}:{time % 60:010.7f},{length},{answer}\r\n")


main()
