"""Compares a running Kvasir server with llama.cpp on the same GGUF file.

    python compare.py MODEL.gguf http://127.0.0.1:8080 [--text "…"]... [--steps 64] [--tolerance 0.1] [--json]

Each prompt goes out as token ids to POST /v1/completions (temperature 0, logprobs 10, ignore_eos, return_token_ids).
The greedy tokens are compared with llama.cpp's, and the top ten log-probabilities step by step along Kvasir's own
path, so that one early tie does not spoil the rest. llama.cpp keeps K and V in F16, without flash attention. Exits with
1 where a path departs from llama.cpp's at a step that was no near-tie, or a difference is beyond the tolerance.
"""

import argparse
import json
import pathlib
import sys
import urllib.error
import urllib.request

import numpy as np

from llama_oracle import LlamaOracle, top

TEXTS = [
    "What is early reuse?",
    "How do I start the server?",
    "The cache keeps what was computed once, and the next request",
    "<|im_start|>user\nHello! What can you do?<|im_end|>\n<|im_start|>assistant\n",
]


def request(server, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(server + path, data=data, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(call, timeout=600) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{path}: {error.code} {error.read().decode(errors='replace')}")
    except urllib.error.URLError as error:
        raise SystemExit(f"{server}: {error.reason}")


def complete(server, model, prompt, steps):
    """Tokens, text, and the top log-probabilities of each step by the text of the token."""
    answer = request(
        server,
        "/v1/completions",
        {
            "model": model,
            "prompt": prompt,
            "max_tokens": steps,
            "temperature": 0,
            "logprobs": 10,
            "ignore_eos": True,
            "return_token_ids": True,
        },
    )
    choice = answer["choices"][0]
    if "token_ids" not in choice:
        raise SystemExit("the answer has no token_ids: does the server know return_token_ids?")
    logprobs = choice.get("logprobs") or {}
    return choice["token_ids"], choice["text"], logprobs.get("token_logprobs") or [], logprobs.get("top_logprobs") or []


class Sizes:
    """Running maximum and mean of differences."""

    def __init__(self):
        self.values = []

    def add(self, value):
        self.values.append(abs(value))

    def summary(self):
        if not self.values:
            return {"count": 0, "max": None, "mean": None}
        return {"count": len(self.values), "max": max(self.values), "mean": float(np.mean(self.values))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("server")
    parser.add_argument("--text", action="append", help="a prompt; may be given several times")
    parser.add_argument("--steps", type=int, default=64)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--tolerance", type=float, default=0.1, help="of a log-probability")
    parser.add_argument("--model-id", default="default", help="the server's name for the model")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    server = arguments.server.rstrip("/")
    oracle = LlamaOracle(arguments.model, context=arguments.context)
    spelling = {}
    for token in range(oracle.size):
        spelling.setdefault(oracle.detokenize([token]).decode(errors="replace"), []).append(token)

    rows, chosen, others, failed = [], Sizes(), Sizes(), False
    for text in arguments.text or TEXTS:
        prompt = oracle.tokenize(text, True, True)
        tokens, answer, token_logprobs, tops = complete(server, arguments.model_id, prompt, arguments.steps)
        expected, _ = oracle.greedy(prompt, arguments.steps)
        along = oracle.logprobs(prompt, tokens)
        best = along.max(axis=1)
        departs = next((i for i, pair in enumerate(zip(tokens, expected)) if pair[0] != pair[1]), None)
        # How far behind llama.cpp's first place Kvasir's choice was, at worst.
        behind = max((float(best[i] - along[i, token]) for i, token in enumerate(tokens)), default=0.0)
        for step, value in enumerate(token_logprobs):
            chosen.add(value - along[step, tokens[step]])
        unmatched, shared = 0, 0
        for step, entries in enumerate(tops):
            wanted = set(top(along[step], 10))
            for piece, value in entries.items():
                # A piece of several spellings, or bytes that are no text, has no id of its own.
                ids = spelling.get(piece, [])
                if len(ids) != 1:
                    unmatched += 1
                    continue
                others.add(value - along[step, ids[0]])
                shared += ids[0] in wanted
        if behind > arguments.tolerance or len(tokens) != len(expected):
            failed = True
        rows.append(
            {
                "prompt_tokens": len(prompt),
                "steps": len(tokens),
                "same_tokens": tokens == expected,
                "departs_at": departs,
                "behind": behind,
                "same_text": answer == oracle.detokenize(expected, special=False).decode(errors="replace"),
                "in_top_ten": shared,
                "without_id": unmatched,
                "text": answer,
            }
        )
    oracle.close()

    result = {"prompts": rows, "chosen": chosen.summary(), "top": others.summary()}
    failed = failed or any((part["max"] or 0) > arguments.tolerance for part in (result["chosen"], result["top"]))
    result["agrees"] = not failed
    if arguments.json:
        print(json.dumps(result, indent=1))
    else:
        for row in rows:
            path = "same tokens"
            if not row["same_tokens"]:
                path = f"departs at step {row['departs_at']}, at worst {row['behind']:.4f} behind"
            print(f"{row['prompt_tokens']:5} prompt tokens, {row['steps']} steps: {path}; {row['text'][:60]!r}")
        for name, part in (("chosen token", result["chosen"]), ("top ten", result["top"])):
            if part["count"]:
                print(f"{name}: max {part['max']:.5f}, mean {part['mean']:.6f} over {part['count']} log-probabilities")
            else:
                print(f"{name}: the server gave no log-probabilities")
        print("agrees" if not failed else "DISAGREES")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
