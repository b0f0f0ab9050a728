"""Takes greedy continuations and top log-probabilities of every tiny model from llama.cpp.

    python make_references.py ../../Tests/Fixtures
"""

import argparse
import hashlib
import json
import pathlib
import tempfile

import numpy as np

from llama_oracle import F16, F32, TOP, LlamaOracle, margin, movement, top, version
from make_models import CONTEXT, MODELS, prompts, write


def table(rows):
    """The ten best of each step, as two parallel lists of lists."""
    ids = [top(row, TOP) for row in rows]
    return {
        "ids": ids,
        "logprobs": [[round(float(row[token]), 5) for token in best] for row, best in zip(rows, ids)],
    }


def reference(shape, path, widened):
    cases, margins, moved = [], [], []
    with LlamaOracle(path, CONTEXT, F16) as usual, LlamaOracle(widened, CONTEXT, F32) as exact:
        for prompt, steps in prompts(shape):
            tokens, rows = usual.greedy(prompt, steps)
            exact_tokens, exact_rows = exact.greedy(prompt, steps)
            if exact_tokens != tokens:
                raise ValueError(f"{shape.name}: the greedy path depends on rounding; find other seeds")
            moved.append(movement(rows, exact_rows))
            margins += [margin(rows), margin(exact_rows)]
            cases.append({"prompt": prompt, "tokens": tokens, "stored": table(rows), "exact": table(exact_rows)})
    moved = np.concatenate(moved)
    if min(margins) < 2 * moved.max():
        raise ValueError(f"{shape.name}: rounding moves {moved.max():.4f}, the margin is {min(margins):.4f}")
    return {
        "model": f"models/{path.name}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "oracle": version(),
        "least_margin": round(min(margins), 5),
        "stored_against_exact": {"max": round(float(moved.max()), 5), "mean": round(float(moved.mean()), 6)},
        "cases": cases,
    }


def dump(value, path):
    """JSON with one line for each field of each case."""
    cases = value.pop("cases")
    head = json.dumps(value, indent=1)[:-2]
    lines = [
        "{" + ",\n".join(f"{json.dumps(key)}:{json.dumps(field, separators=(',', ':'))}" for key, field in case.items())
        + "}"
        for case in cases
    ]
    path.write_text(head + ',\n "cases": [\n' + ",\n".join(lines) + "\n]}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixtures", type=pathlib.Path)
    fixtures = parser.parse_args().fixtures
    (fixtures / "references").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for shape in MODELS:
            widened = pathlib.Path(folder) / "widened.gguf"
            write(shape, widened, all_f32=True)
            value = reference(shape, fixtures / "models" / f"{shape.name}.gguf", widened)
            print(f"{shape.name}: least margin {value['least_margin']}, {value['stored_against_exact']}")
            dump(value, fixtures / "references" / f"{shape.name}.json")


if __name__ == "__main__":
    main()
