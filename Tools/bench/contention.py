#!/usr/bin/env python3
"""What is left of decode's speed when another process takes a core.

    swift build -c release
    python3 Tools/bench/contention.py models/qwen05-q8_0.gguf
    python3 Tools/bench/contention.py --llama path/to/llama.cpp/build/bin models/qwen05-q8_0.gguf    # llama.cpp too

A round measures each program undisturbed and beside one busy process, the programs and the two cases in changing order; medians
are printed, the least and the most, and the share that is left. There is a thread for every core, so the busy process shares
cores with them. Nothing else should be running.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

from against_llama import KVASIR, kvasir, llama, name, show

LONGEST = 120  # seconds that a busy process lives, whatever becomes of this one
SPIN = f"import time\nend = time.monotonic() + {LONGEST}\nwhile time.monotonic() < end:\n    for _ in range(100000): pass"


@contextlib.contextmanager
def busy(count):
    """Processes that do nothing but use up cores."""
    others = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def measure(arguments, model):
    programs = [kvasir, llama] if arguments.llama else [kvasir]
    rates = {(program, disturbed): [] for program in programs for disturbed in (False, True)}
    for number in range(arguments.rounds):
        for program, disturbed in list(rates)[:: 1 if number % 2 == 0 else -1]:
            with busy(arguments.busy if disturbed else 0):
                rate = program(arguments, model, [], [arguments.depth], 0)[name("decode", arguments.steps, arguments.depth)]
            rates[program, disturbed].append(rate[0] if program is kvasir else rate)
    rows = []
    for program in programs:
        alone, beside = rates[program, False], rates[program, True]
        rows.append({
            "model": model.stem, "program": program.__name__, "alone": statistics.median(alone),
            "beside": statistics.median(beside), "least": min(beside), "most": max(beside),
            "share": statistics.median(beside) / statistics.median(alone),
        })
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    parser.add_argument("--llama", type=pathlib.Path, help="the folder with llama-bench, to measure that beside Kvasir")
    parser.add_argument("--kvasir", type=pathlib.Path, default=KVASIR)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--busy", type=int, default=1, help="busy processes")
    parser.add_argument("--depth", type=int, default=0, help="tokens before those that are decoded")
    parser.add_argument("--steps", type=int, default=64, help="of each decode")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [row for model in arguments.models for row in measure(arguments, model)]
    if arguments.json:
        print(json.dumps({"rows": rows}, indent=2))
    else:
        show(rows, [("model", "model", "{}"), ("program", "program", "{}"), ("alone tok/s", "alone", "{:.1f}"),
                    ("disturbed", "beside", "{:.1f}"), ("least", "least", "{:.1f}"), ("most", "most", "{:.1f}"),
                    ("share", "share", "{:.0%}")])


if __name__ == "__main__":
    main()
