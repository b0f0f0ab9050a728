"""Checks the references against a forward pass written separately: NumPy, float64, the whole sequence at once.

    python check_references.py ../../Tests/Fixtures

Also prints how far off each likely mistake would be, to show that the references would catch it. Exits with 1 where
the right pass misses the `exact` table by more than 2e-5 (it is rounded to five decimals) or has another first place.
"""

import argparse
import json
import pathlib
import sys

import gguf
import numpy as np

MISTAKES = ["other RoPE layout", "no RoPE factors", "no linear scale", "no biases", "wrong K/V head"]


def load(path):
    reader = gguf.GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float64)
        for tensor in reader.tensors
    }
    return fields, tensors


def log_softmax(values):
    shifted = values - values.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def forward(fields, tensors, tokens, mistake=None):
    """Log-probabilities after every token, [tokens, vocabulary]."""
    arch = fields["general.architecture"]

    def field(name, default=None):
        return fields.get(f"{arch}.{name}", default)

    heads, kv_heads = field("attention.head_count"), field("attention.head_count_kv")
    head = field("attention.key_length", field("embedding_length") // heads)
    epsilon = field("attention.layer_norm_rms_epsilon")
    scale = 1.0 if mistake == "no linear scale" else 1 / field("rope.scaling.factor", 1.0)
    factors = tensors.get("rope_freqs.weight", np.ones(head // 2))
    if mistake == "no RoPE factors":
        factors = np.ones(head // 2)
    count = len(tokens)
    frequencies = field("rope.freq_base") ** (-np.arange(0, head, 2) / head) / factors
    angles = np.arange(count)[:, None, None] * scale * frequencies
    halves = (arch == "qwen2") != (mistake == "other RoPE layout")

    def rope(values):
        first = np.s_[..., : head // 2] if halves else np.s_[..., ::2]
        second = np.s_[..., head // 2 :] if halves else np.s_[..., 1::2]
        out = np.empty_like(values)
        out[first] = values[first] * np.cos(angles) - values[second] * np.sin(angles)
        out[second] = values[first] * np.sin(angles) + values[second] * np.cos(angles)
        return out

    def norm(values, weight):
        return values / np.sqrt((values * values).mean(axis=-1, keepdims=True) + epsilon) * weight

    pairing = np.arange(heads) // (heads // kv_heads)
    if mistake == "wrong K/V head":
        pairing = np.arange(heads) % kv_heads
    mask = np.triu(np.full((count, count), -np.inf), 1)
    state = tensors["token_embd.weight"][tokens]
    for layer in range(field("block_count")):
        weights = {
            name.removeprefix(f"blk.{layer}."): value
            for name, value in tensors.items()
            if name.startswith(f"blk.{layer}.")
        }
        entry = norm(state, weights["attn_norm.weight"])

        def project(part):
            out = entry @ weights[f"attn_{part}.weight"].T
            if mistake != "no biases":
                out = out + weights.get(f"attn_{part}.bias", 0.0)
            return out.reshape(count, -1, head)

        queries, keys, values = rope(project("q")), rope(project("k"))[:, pairing], project("v")[:, pairing]
        scores = np.exp(log_softmax(np.einsum("ihd,jhd->hij", queries, keys) / np.sqrt(head) + mask))
        mixed = np.einsum("hij,jhd->ihd", scores, values).reshape(count, -1)
        state = state + mixed @ weights["attn_output.weight"].T
        entry = norm(state, weights["ffn_norm.weight"])
        gate = entry @ weights["ffn_gate.weight"].T
        inner = gate / (1 + np.exp(-gate)) * (entry @ weights["ffn_up.weight"].T)
        state = state + inner @ weights["ffn_down.weight"].T
    output = tensors.get("output.weight", tensors["token_embd.weight"])
    return log_softmax(norm(state, tensors["output_norm.weight"]) @ output.T)


def difference(fields, tensors, reference, table, mistake=None):
    """Largest and mean distance from one table of a reference, and the share of steps with another first place."""
    gaps, other = [], []
    for case in reference["cases"]:
        found = forward(fields, tensors, case["prompt"] + case["tokens"], mistake)[len(case["prompt"]) - 1 : -1]
        best = np.array(case[table]["ids"])
        gaps.append(np.abs(np.take_along_axis(found, best, axis=1) - np.array(case[table]["logprobs"])))
        other.append(found.argmax(axis=1) != np.array(case["tokens"]))
    gaps = np.concatenate(gaps)
    return float(gaps.max()), float(gaps.mean()), float(np.concatenate(other).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixtures", type=pathlib.Path)
    fixtures = parser.parse_args().fixtures
    failed = False
    for path in sorted((fixtures / "references").glob("*.json")):
        reference = json.loads(path.read_text())
        fields, tensors = load(fixtures / reference["model"])
        largest, mean, other = difference(fields, tensors, reference, "exact")
        failed = failed or largest > 2e-5 or other > 0
        print(f"{path.stem}: exact max {largest:.6f}, mean {mean:.7f}")
        for mistake in MISTAKES:
            wrong, wrong_mean, other = difference(fields, tensors, reference, "exact", mistake)
            if wrong > 2 * largest:
                print(f"    {mistake}: max {wrong:.2f}, mean {wrong_mean:.2f}, other first places {other:.0%}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
