#!/usr/bin/env python3
"""Kvasir beside llama.cpp on the same files: the two take turns, and medians and ratios are printed.

    swift build -c release
    python3 Tools/bench/against_llama.py --llama path/to/llama.cpp/build/bin models/qwen05-q8_0.gguf models/llama1b-q4_0.gguf
    python3 Tools/bench/against_llama.py --llama … --shared 2048 …       # decode of 16 sequences that share a prefix

Needs llama-bench (and llama-batched-bench for --shared), built as a release for this very processor (GGML_NATIVE=ON, the
default). Both programs run the same number of threads and the same steps, without sampling. Nothing else should be running.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

KVASIR = pathlib.Path(__file__).parents[2] / ".build/release/kvasir"
SEQUENCES = 16


def output(command):
    """What a program prints; its complaints are shown if it fails."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(part) for part in command)} failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def name(kind, tokens, depth):
    return f"{kind} {tokens}" if kind == "prefill" else f"{kind} at {depth}"


def kvasir(arguments, model, prefill, depths, shared):
    """Tokens a second by test."""
    command = [
        arguments.kvasir, "bench", "model", "--model", model, "--json", "--repeats", 1, "--threads", arguments.threads,
        "--prefill", ",".join(map(str, prefill)), "--depths", ",".join(map(str, depths)), "--sequences", 1,
        "--steps", arguments.steps, "--shared-prefix", shared,
    ]
    return {
        name(row["test"], row["tokens"], row["depth"]): (row["tokens_per_second"], row["limit_share"], row["limit"])
        for row in json.loads(output(command))["rows"]
    }


def llama(arguments, model, prefill, depths, shared):
    """Tokens a second by test."""
    found = {}
    for depth in depths:
        command = [
            arguments.llama / "llama-bench", "-m", model, "-o", "json", "-r", 1, "-t", arguments.threads,
            "-p", ",".join(map(str, prefill)) if prefill and depth == depths[0] else 0, "-n", arguments.steps, "-d", depth,
        ]
        for row in json.loads(output(command)):
            kind, tokens = ("decode", row["n_gen"]) if row["n_gen"] else ("prefill", row["n_prompt"])
            found[name(kind, tokens, row["n_depth"])] = row["avg_ts"]
    if shared:
        context = shared + SEQUENCES * (arguments.steps + 8)
        command = [
            arguments.llama / "llama-batched-bench", "-m", model, "-c", context, "-npp", shared, "-ntg", arguments.steps,
            "-npl", SEQUENCES, "-pps", "-kvu", "-t", arguments.threads, "--output-format", "jsonl",
        ]
        rows = [json.loads(line) for line in output(command).splitlines() if line.startswith(b"{")]
        found[name("decode shared prefix", arguments.steps, shared)] = rows[-1]["speed_tg"]
    return found


def compare(arguments, model):
    """A round is one run of each program; the order alternates."""
    ours, theirs = {}, {}
    for number in range(arguments.rounds):
        for program in (kvasir, llama) if number % 2 == 0 else (llama, kvasir):
            rates = program(arguments, model, arguments.prefill, arguments.depths, arguments.shared)
            for test, rate in rates.items():
                (ours if program is kvasir else theirs).setdefault(test, []).append(rate)
    rows = []
    for test, samples in ours.items():
        rates = [sample[0] for sample in samples]
        rows.append({
            "model": model.stem, "test": test, "kvasir": statistics.median(rates),
            "limit_share": statistics.median(sample[1] for sample in samples), "limit": samples[0][2],
            "llama": statistics.median(theirs[test]),
            "ratio": statistics.median(a / b for a, b in zip(rates, theirs[test])),
        })
    return rows


def show(rows, columns):
    lines = [[heading for heading, _, _ in columns]]
    lines += [[form.format(row[key]) for _, key, form in columns] for row in rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        print("  ".join(cell.ljust(width) if index < 2 else cell.rjust(width) for index, (cell, width) in enumerate(zip(line, widths))))


def main():
    numbers = lambda text: [int(part) for part in text.split(",") if part]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    parser.add_argument("--llama", type=pathlib.Path, required=True, help="the folder with llama-bench")
    parser.add_argument("--kvasir", type=pathlib.Path, default=KVASIR)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--prefill", type=numbers, default=[512])
    parser.add_argument("--depths", type=numbers, default=[0, 2048])
    parser.add_argument("--steps", type=int, default=32, help="of each decode")
    parser.add_argument("--shared", type=int, default=0, help=f"tokens of a prefix that {SEQUENCES} sequences share")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [row for model in arguments.models for row in compare(arguments, model)]
    if arguments.json:
        print(json.dumps({"rows": rows}, indent=2))
    else:
        show(rows, [("model", "model", "{}"), ("test", "test", "{}"), ("kvasir tok/s", "kvasir", "{:.1f}"),
                    ("share", "limit_share", "{:.0%}"), ("of", "limit", "{}"), ("llama.cpp tok/s", "llama", "{:.1f}"),
                    ("ratio", "ratio", "{:.2f}")])


if __name__ == "__main__":
    main()
