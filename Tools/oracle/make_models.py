"""Writes the tiny random-weight GGUF models that references are taken from.

    python make_models.py ../../Tests/Fixtures/models
    python make_models.py --find-seeds        # prints a seed for each model; needs llama-cpp-python

A seed is good when the greedy path of every reference prompt is beyond the reach of rounding: the same with weights
and cache as stored and with everything in F32, no step closer than MARGIN between first and second place, no
end-of-generation token, and many different tokens.
"""

import argparse
import functools
import pathlib
import tempfile
from dataclasses import dataclass, replace

import gguf
import numpy as np

import byte_bpe

TYPES = gguf.GGMLQuantizationType
F32, F16, BF16, Q8_0 = TYPES.F32, TYPES.F16, TYPES.BF16, TYPES.Q8_0
VOCABULARY = 320
CONTEXT = 512
LENGTHS = {40: 64, 7: 64, 1: 64, 300: 16}  # of a prompt: steps taken after it
VARIETY = 8
MARGIN = 0.02

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim "
    "+ '<|im_end|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)


@dataclass(frozen=True)
class Shape:
    """One model. `head` is written as attention.key_length only where it is not width / heads."""

    name: str
    seed: int
    arch: str
    pre: str
    weights: dict  # of a tensor by the name's part before ".weight"; "" is the default
    tied: bool = False
    width: int = 32
    heads: int = 4
    kv_heads: int = 2
    head: int = 8
    hidden: int = 48
    layers: int = 2
    rope_base: float = 10000.0
    rope_linear: float = 0.0
    rope_factors: bool = False
    template: str = CHATML


MODELS = [
    Shape("llama-f32", 60, "llama", "llama-bpe", {"": F32}, template=LLAMA3),
    Shape("qwen2-q8_0", 572, "qwen2", "qwen2", {"": Q8_0}, width=64, head=16, hidden=96, rope_base=1e6),
    Shape("llama-f16-tied-mha", 656, "llama", "smollm", {"": F16}, tied=True, kv_heads=4, hidden=64),
    Shape("llama-bf16-keylength", 52, "llama", "gpt-2", {"": BF16}, kv_heads=1, head=16, hidden=80),
    Shape(
        "llama-q8_0-ropefactors", 1340, "llama", "llama-bpe", {"": Q8_0}, tied=True, width=64, head=16, hidden=96,
        rope_base=500000.0, rope_factors=True, template=LLAMA3,
    ),
    Shape("llama-f16-linear", 9, "llama", "gpt-2", {"": F16}, hidden=64, rope_linear=4.0),
    Shape("qwen2-f32-tied", 318, "qwen2", "qwen2", {"": F32}, tied=True, hidden=64, rope_base=1e6),
    Shape("qwen2-bf16-mha", 106, "qwen2", "qwen2", {"": BF16}, kv_heads=4, hidden=64),
    Shape(
        "llama-mixed", 399, "llama", "smollm",
        {"": Q8_0, "token_embd": F16, "output": F32, "attn_q": BF16, "attn_v": F16, "ffn_down": F16},
        hidden=64, layers=3,
    ),
]


@functools.cache
def vocabulary(pre):
    return byte_bpe.train(pre, VOCABULARY)


def prompts(shape):
    """The reference prompts as token ids, none of them special, and how many steps follow each."""
    plain = VOCABULARY - len(byte_bpe.CONTROL) - len(byte_bpe.USER_DEFINED)
    random = np.random.default_rng([7, *shape.name.encode()])
    return [([int(token) for token in random.integers(0, plain, size=size)], steps) for size, steps in LENGTHS.items()]


def tensors(shape):
    """Name → F32 values in row-major [outputs, inputs]."""
    random = np.random.default_rng([shape.seed, *shape.name.encode()])

    def matrix(rows, columns, gain):
        return random.standard_normal((rows, columns), dtype=np.float32) * np.float32(gain / np.sqrt(columns))

    def norm():
        signs = random.choice(np.array([-1, 1], dtype=np.float32), size=shape.width)
        return signs * random.uniform(0.6, 1.4, size=shape.width).astype(np.float32)

    # First place should lead clearly: the final norm has rms near 1, so logits have a deviation near 4. The layers
    # add less than the embedding does, or the rounding of Q8_0 activations would grow from layer to layer.
    spread = 4.0
    out = {}
    if shape.tied:
        out["token_embd.weight"] = matrix(VOCABULARY, shape.width, spread)
    else:
        out["token_embd.weight"] = matrix(VOCABULARY, shape.width, np.sqrt(shape.width))
        out["output.weight"] = matrix(VOCABULARY, shape.width, spread)
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        queries, keys = shape.heads * shape.head, shape.kv_heads * shape.head
        out[block + "attn_norm.weight"] = norm()
        for part, rows in (("q", queries), ("k", keys), ("v", keys)):
            out[f"{block}attn_{part}.weight"] = matrix(rows, shape.width, 1.0)
            if shape.arch == "qwen2":
                out[f"{block}attn_{part}.bias"] = random.normal(0, 0.5, size=rows).astype(np.float32)
        out[block + "attn_output.weight"] = matrix(shape.width, queries, 1.0)
        out[block + "ffn_norm.weight"] = norm()
        out[block + "ffn_gate.weight"] = matrix(shape.hidden, shape.width, 0.7)
        out[block + "ffn_up.weight"] = matrix(shape.hidden, shape.width, 0.7)
        out[block + "ffn_down.weight"] = matrix(shape.width, shape.hidden, 0.7)
    out["output_norm.weight"] = norm()
    if shape.rope_factors:
        out["rope_freqs.weight"] = llama3_factors(shape)
    return out


def llama3_factors(shape):
    """What Llama 3.1's rope_scaling gives, for a model trained on 64 positions and stretched by 8."""
    factor, low, high, trained = 8.0, 1.0, 4.0, 64
    frequencies = shape.rope_base ** (-np.arange(0, shape.head, 2) / shape.head)
    turns = trained * frequencies / (2 * np.pi)
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def write(shape, path, all_f32=False):
    """Writes one model; `all_f32` gives the same weights after rounding, widened to F32."""
    writer = gguf.GGUFWriter(path, shape.arch)
    writer.add_name(shape.name)
    writer.add_context_length(CONTEXT)
    writer.add_vocab_size(VOCABULARY)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-6 if shape.arch == "qwen2" else 1e-5)
    writer.add_rope_freq_base(shape.rope_base)
    if shape.head != shape.width // shape.heads:
        writer.add_key_length(shape.head)
        writer.add_value_length(shape.head)
    if shape.arch == "llama":
        writer.add_rope_dimension_count(shape.head)
    if shape.rope_linear:
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(shape.rope_linear)
    vocabulary(shape.pre).write(writer, shape.template)
    for name, values in tensors(shape).items():
        kind = F32
        if values.ndim == 2:
            kind = shape.weights.get(name.removesuffix(".weight").split(".")[-1], shape.weights[""])
        stored = gguf.quants.quantize(values, kind)
        if all_f32:
            stored, kind = gguf.quants.dequantize(stored, kind), F32
        writer.add_tensor(name, stored, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def find_seed(shape, folder):
    from llama_oracle import F16 as KV_F16, F32 as KV_F32, LlamaOracle, margin

    for seed in range(1, 20000):
        candidate = replace(shape, seed=seed)
        stored, widened = folder / "stored.gguf", folder / "widened.gguf"
        write(candidate, stored)
        write(candidate, widened, all_f32=True)
        usual = LlamaOracle(stored, context=CONTEXT, kv=KV_F16)
        exact = LlamaOracle(widened, context=CONTEXT, kv=KV_F32)
        margins, variety = [], []
        for prompt, steps in prompts(candidate):
            tokens, rows = usual.greedy(prompt, steps)
            if margin(rows) < MARGIN or any(usual.is_end_of_generation(token) for token in tokens):
                break
            exact_tokens, exact_rows = exact.greedy(prompt, steps)
            if exact_tokens != tokens or margin(exact_rows) < MARGIN:
                break
            if len(set(tokens)) < min(VARIETY, steps // 4):
                break
            margins.append(min(margin(rows), margin(exact_rows)))
            variety.append(len(set(tokens)))
        usual.close()
        exact.close()
        if len(margins) == len(LENGTHS):
            return seed, min(margins), variety
    raise ValueError(f"no seed for {shape.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--find-seeds", action="store_true")
    parser.add_argument("--only", help="the one model to find a seed for")
    arguments = parser.parse_args()
    if arguments.find_seeds:
        with tempfile.TemporaryDirectory() as folder:
            for shape in MODELS:
                if arguments.only not in (None, shape.name):
                    continue
                seed, least, variety = find_seed(shape, pathlib.Path(folder))
                print(f"{shape.name}: seed {seed}, least margin {least:.3f}, different tokens {variety}", flush=True)
        return
    if arguments.folder is None:
        parser.error("where to?")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for shape in MODELS:
        path = arguments.folder / f"{shape.name}.gguf"
        write(shape, path)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
