"""Writes the tiny random-weight GGUF models that references are taken from.

    python make_models.py ../../Tests/Fixtures/models
    python make_models.py --find-seeds        # prints the prompts' seeds for each model; needs llama-cpp-python

A prompt is good when its greedy path is beyond the reach of rounding: the same with weights and cache as stored and
with everything in F32; between first and second place never less than CLEARANCE times the most that rounding moves a
log-probability of the ten best; no end-of-generation token, and many different tokens.

Purely random weights have no such paths: of 320 candidates the best two are too often close. So the last layer's
feed-forward network is a key-value memory: each hidden unit answers to one token and writes two possible successors,
between which everything else in the model, the context above all, decides.
"""

import argparse
import ctypes
import functools
import pathlib
import tempfile
from dataclasses import dataclass, replace

import gguf
import numpy as np

import byte_bpe

TYPES = gguf.GGMLQuantizationType
F32, F16, BF16, Q8_0, Q4_0, Q5_0 = TYPES.F32, TYPES.F16, TYPES.BF16, TYPES.Q8_0, TYPES.Q4_0, TYPES.Q5_0
Q4_K, Q5_K, Q6_K = TYPES.Q4_K, TYPES.Q5_K, TYPES.Q6_K
VOCABULARY = 320
CONTEXT = 512
LENGTHS = {40: 64, 7: 64, 1: 64, 300: 16}  # of a prompt: steps taken after it
VARIETY = {64: 16, 16: 9}  # least number of different tokens in so many steps
CLEARANCE = 2.5  # asked for when seeds are looked for; make_references.py insists on 2
LEAST_MARGIN = 0.05
RECALL = 1.5  # rms of what the memory of successors writes, where the embedding has 1
PROBES = 12  # prompts that tell what rounding moves
TRIES = 1500  # prompts of each length for one seed of the weights

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
    seed: int  # of the weights
    prompts: tuple  # their seeds
    arch: str
    pre: str
    weights: dict  # of a tensor by its name, or the last part of it, without ".weight"; "" is the default
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
    lean: float = 1.0  # by how much a token prefers the first of its two successors
    template: str = CHATML


MODELS = [
    Shape("llama-f32", 0, (9, 2, 4, 0), "llama", "llama-bpe", {"": F32}, template=LLAMA3),
    Shape(
        "qwen2-q8_0", 66, (11, 69, 107, 2), "qwen2", "qwen2", {"": Q8_0}, width=64, head=16, hidden=96, rope_base=1e6,
    ),
    Shape("llama-f16-tied-mha", 0, (11, 2, 1, 0), "llama", "smollm", {"": F16}, tied=True, kv_heads=4, hidden=64),
    Shape("llama-bf16-keylength", 1, (3, 32, 208, 6), "llama", "gpt-2", {"": BF16}, kv_heads=1, head=16, hidden=80),
    Shape(
        "llama-q8_0-ropefactors", 1, (53, 48, 202, 14), "llama", "llama-bpe", {"": Q8_0}, tied=True, width=64, head=16,
        hidden=96, rope_base=500000.0, rope_factors=True, template=LLAMA3,
    ),
    Shape("llama-f16-linear", 1, (93, 1, 9, 4), "llama", "gpt-2", {"": F16}, hidden=64, rope_linear=4.0),
    Shape("qwen2-f32-tied", 2, (23, 65, 80, 7), "qwen2", "qwen2", {"": F32}, tied=True, hidden=64, rope_base=1e6),
    Shape("qwen2-bf16-mha", 1, (943, 669, 9, 36), "qwen2", "qwen2", {"": BF16}, kv_heads=4, hidden=64),
    Shape(
        "llama-mixed", 11, (1022, 604, 193, 4), "llama", "smollm",
        {"": Q8_0, "token_embd": F16, "output": F32, "attn_q": BF16, "attn_v": F16, "ffn_down": F16},
        hidden=64, layers=3,
    ),
    Shape("llama-q4_0", 6, (58, 43, 55, 3), "llama", "smollm", {"": Q4_0}, width=64, head=16, hidden=96),
    Shape(
        "qwen2-q5_0-tied", 9, (36, 185, 37, 10), "qwen2", "qwen2", {"": Q5_0}, tied=True, width=64, head=16, hidden=96,
        rope_base=1e6,
    ),
    # Rows that are no multiple of 256 cannot be of a K type; llama.cpp falls back as here.
    Shape(
        "llama-q4_k", 6, (1186, 46, 390, 29), "llama", "llama-bpe", {"": Q4_K, "attn_output": Q5_0, "ffn_down": Q5_0},
        tied=True, width=256, head=16, hidden=64,
    ),
    Shape(
        "llama-q5_k", 5, (30, 164, 571, 27), "llama", "smollm", {"": Q5_K, "attn_output": Q5_0, "ffn_down": Q5_0},
        tied=True, width=256, head=16, hidden=64, layers=1,
    ),
    Shape(
        "llama-q6_k", 12, (106, 24, 180, 141), "llama", "gpt-2", {"": Q6_K, "attn_output": Q8_0, "ffn_down": Q8_0},
        tied=True, width=256, head=16, hidden=64, layers=1,
    ),
    # What llama-quantize makes of Q4_K_M: some values and down projections, and the output, in Q6_K.
    Shape(
        "llama-q4_k_m", 0, (11, 5, 18, 3), "llama", "llama-bpe",
        {"": Q4_K, "attn_v": Q6_K, "ffn_down": Q6_K, "output": Q6_K},
        width=256, heads=8, kv_heads=2, head=32, hidden=256, layers=1, lean=1.25,
        template=LLAMA3,
    ),
    # The same of a model like Qwen2.5-0.5B, whose rows are no multiple of 256 but in the down projection.
    Shape(
        "qwen2-q4_k_m", 0, (23, 1, 2, 0), "qwen2", "qwen2",
        {"": Q5_0, "attn_v": Q8_0, "ffn_down": Q6_K, "token_embd": Q8_0},
        tied=True, width=160, heads=5, kv_heads=1, head=32, hidden=256, layers=1, lean=1.4,
        rope_base=1e6,
    ),
]


@functools.cache
def vocabulary(pre):
    return byte_bpe.train(pre, VOCABULARY)


PLAIN = VOCABULARY - len(byte_bpe.CONTROL) - len(byte_bpe.USER_DEFINED)


def prompt(size, seed):
    """Token ids, none of them special."""
    return [int(token) for token in np.random.default_rng([size, seed]).integers(0, PLAIN, size=size)]


def prompts(shape):
    """The reference prompts and how many steps follow each."""
    return [(prompt(size, seed), steps) for (size, steps), seed in zip(LENGTHS.items(), shape.prompts)]


def tensors(shape):
    """Name → F32 values in row-major [outputs, inputs]."""
    random = np.random.default_rng([shape.seed, *shape.name.encode()])

    def matrix(rows, columns, gain):
        return random.standard_normal((rows, columns), dtype=np.float32) * np.float32(gain / np.sqrt(columns))

    def norm():
        signs = random.choice(np.array([-1, 1], dtype=np.float32), size=shape.width)
        return signs * random.uniform(0.6, 1.4, size=shape.width).astype(np.float32)

    # The final norm has rms near 1, so logits have a deviation near `spread`. The layers add less than the embedding
    # does, or the rounding of Q8_0 activations would grow from layer to layer.
    spread = 2.0
    out = {}
    if shape.tied:
        out["token_embd.weight"] = matrix(VOCABULARY, shape.width, np.sqrt(shape.width))
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
    # A tied matrix is as large as the state, so there the norm makes the logits small.
    out["output_norm.weight"] = norm() * np.float32(spread / np.sqrt(shape.width) if shape.tied else 1)
    remember(shape, out, random)
    if shape.rope_factors:
        out["rope_freqs.weight"] = llama3_factors(shape)
    return out


def remember(shape, out, random):
    """Makes the last layer's feed-forward network a memory of successors: two for each of `hidden` tokens."""
    block = f"blk.{shape.layers - 1}."
    tokens = random.permutation(PLAIN)[: shape.hidden]

    def directions(rows):
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    keys = directions(out[block + "ffn_norm.weight"] * out["token_embd.weight"][tokens])
    goals = out["output_norm.weight"] * out.get("output.weight", out["token_embd.weight"])[tokens]
    first, second = random.permutation(shape.hidden), random.permutation(shape.hidden)
    values = directions(shape.lean * directions(goals[first]) + directions(goals[second]))
    # A unit whose token it is sees about `found`, so what it writes has rms near RECALL, as the state has near 1.
    found = 0.75 * np.sqrt(shape.width)
    out[block + "ffn_gate.weight"] = keys
    out[block + "ffn_up.weight"] = keys
    out[block + "ffn_down.weight"] = np.float32(RECALL * np.sqrt(shape.width) / found**2) * values.T


def llama3_factors(shape):
    """What Llama 3.1's rope_scaling gives, for a model trained on 64 positions and stretched by 8."""
    factor, low, high, trained = 8.0, 1.0, 4.0, 64
    frequencies = shape.rope_base ** (-np.arange(0, shape.head, 2) / shape.head)
    turns = trained * frequencies / (2 * np.pi)
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def kind_of(shape, name):
    """The type in which a matrix is stored."""
    name = name.removesuffix(".weight")
    return next(shape.weights[key] for key in (name, name.split(".")[-1], "") if key in shape.weights)


def quantize(values, kind):
    """Bytes of the rows. K types by ggml itself; `gguf` cannot make them."""
    if kind not in (Q4_K, Q5_K, Q6_K):
        return gguf.quants.quantize(values, kind)
    from llama_oracle import library

    values = np.ascontiguousarray(values, dtype=np.float32)
    out = np.empty(gguf.quants.quant_shape_to_byte_shape(values.shape, kind), dtype=np.uint8)
    convert = library().ggml_quantize_chunk
    convert.restype = ctypes.c_size_t
    convert.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]
    written = convert(int(kind), values.ctypes.data, out.ctypes.data, 0, *values.shape, None)
    if written != out.size:
        raise ValueError(f"ggml wrote {written} bytes, not {out.size}")
    return out


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
        kind = kind_of(shape, name) if values.ndim == 2 else F32
        stored = quantize(values, kind)
        if all_f32:
            stored, kind = gguf.quants.dequantize(stored, kind), F32
        writer.add_tensor(name, stored, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def find_seeds(shape, folder):
    """Seeds of the weights and of good prompts, as text for `MODELS`, with what was found."""
    for seed in range(100):
        found = find_prompts(replace(shape, seed=seed), folder)
        if found:
            seeds, clear, variety = found
            return f"{seed}, {seeds}: margin over {clear:.3f}, different tokens {variety}"
    raise ValueError(f"no seeds for {shape.name}")


def find_prompts(shape, folder):
    """Seeds of good prompts, the margin asked for, and the number of different tokens after each; None without luck."""
    from llama_oracle import F16 as KV_F16, F32 as KV_F32, LlamaOracle, movement

    stored, widened = folder / "stored.gguf", folder / "widened.gguf"
    write(shape, stored)
    write(shape, widened, all_f32=True)
    with LlamaOracle(stored, CONTEXT, KV_F16) as usual, LlamaOracle(widened, CONTEXT, KV_F32) as exact:
        moved = 0.0
        for probe in (prompt(size, seed) for size in LENGTHS for seed in range(PROBES // len(LENGTHS))):
            tokens, rows = usual.greedy(probe, 64)
            moved = max(moved, movement(rows, exact.logprobs(probe, tokens)).max())
        clear = max(LEAST_MARGIN, CLEARANCE * moved)

        def different(start, steps):
            """How many different tokens follow, or 0 if the path is no good."""
            tokens, _ = usual.greedy(start, steps, clear)
            if len(tokens) < steps or len(set(tokens)) < VARIETY[steps] or any(map(usual.is_end_of_generation, tokens)):
                return 0
            return len(set(tokens)) if exact.greedy(start, steps, clear)[0] == tokens else 0

        found = {}
        for size, steps in sorted(LENGTHS.items()):
            tries = ((seed, different(prompt(size, seed), steps)) for seed in range(TRIES))
            found[size] = next(((seed, count) for seed, count in tries if count), None)
            if found[size] is None:
                return None
    return tuple(found[size][0] for size in LENGTHS), clear, [found[size][1] for size in LENGTHS]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--find-seeds", action="store_true")
    parser.add_argument("--only", help="the one model to find seeds for")
    arguments = parser.parse_args()
    if arguments.find_seeds:
        with tempfile.TemporaryDirectory() as folder:
            for shape in MODELS:
                if arguments.only not in (None, shape.name):
                    continue
                print(f'"{shape.name}", {find_seeds(shape, pathlib.Path(folder))}', flush=True)
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
