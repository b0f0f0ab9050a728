#!/usr/bin/env python3
"""Writes models of real shapes with random weights, for measuring: speed does not depend on their values.

    pip install gguf numpy
    python3 Tools/bench/make_models.py models                                   # qwen05-q8_0.gguf, 506 MiB
    python3 Tools/bench/make_models.py models --shapes qwen05 llama1b \\
        --types bf16 q8_0 q4_0 q4_k_m --quantize path/to/llama-quantize

Weights are normal with deviation 0.02. BF16, F16 and Q8_0 are written directly; the other types need llama.cpp's
llama-quantize, which chooses each tensor's type as it does for the files people publish (--pure: one type for all).
"""

import argparse
import pathlib
import subprocess

import gguf
import numpy as np

CHATML = (
    r"{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    r"{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SHAPES = {
    "qwen05": dict(
        name="Qwen2.5-0.5B", architecture="qwen2", width=896, feed_forward=4864, layers=24, heads=14, kv_heads=2,
        vocabulary=151_936, context=32_768, rope_base=1e6, epsilon=1e-6, bias=True, pre="qwen2",
        special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    ),
    "llama1b": dict(
        name="Llama-3.2-1B", architecture="llama", width=2048, feed_forward=8192, layers=16, heads=32, kv_heads=8,
        vocabulary=128_256, context=131_072, rope_base=5e5, epsilon=1e-5, bias=False, pre="llama-bpe",
        special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    ),
}
DIRECT = {"bf16": gguf.GGMLQuantizationType.BF16, "f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0}


def byte_alphabet():
    """GPT-2's characters for the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    names = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
    return [names[byte] for byte in range(256)]


def write(path, shape, kind):
    """Writes one model; the same seed gives the same weights in every type."""
    width, kv_width, vocabulary = shape["width"], shape["width"] // shape["heads"] * shape["kv_heads"], shape["vocabulary"]
    writer = gguf.GGUFWriter(path, shape["architecture"])
    writer.add_name(f"random weights of {shape['name']}'s shape")
    writer.add_context_length(shape["context"])
    writer.add_embedding_length(width)
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["feed_forward"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["kv_heads"])
    writer.add_rope_dimension_count(width // shape["heads"])
    writer.add_rope_freq_base(shape["rope_base"])
    writer.add_layer_norm_rms_eps(shape["epsilon"])
    writer.add_vocab_size(vocabulary)
    writer.add_file_type({"bf16": 32, "f16": 1, "q8_0": 7}[kind])
    special = shape["special"]
    fillers = [f"tok{number}" for number in range(vocabulary - 256 - len(special))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(shape["pre"])
    writer.add_token_list(byte_alphabet() + fillers + special)
    writer.add_token_types([1] * (vocabulary - len(special)) + [3] * len(special))
    writer.add_token_merges(["t o"])
    writer.add_bos_token_id(vocabulary - len(special))
    writer.add_eos_token_id(vocabulary - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)

    random = np.random.default_rng(0)
    tensor_type = DIRECT[kind]

    def matrix(name, rows, columns):
        values = random.standard_normal((rows, columns), np.float32)
        values *= 0.02
        writer.add_tensor(name, gguf.quants.quantize(values, tensor_type), raw_dtype=tensor_type)

    def vector(name, count, value):
        writer.add_tensor(name, np.full(count, value, np.float32))

    matrix("token_embd.weight", vocabulary, width)
    vector("output_norm.weight", width, 1)
    for layer in range(shape["layers"]):
        name = f"blk.{layer}."
        vector(name + "attn_norm.weight", width, 1)
        vector(name + "ffn_norm.weight", width, 1)
        for part, rows in [("q", width), ("k", kv_width), ("v", kv_width)]:
            matrix(f"{name}attn_{part}.weight", rows, width)
            if shape["bias"]:
                vector(f"{name}attn_{part}.bias", rows, 0.01)
        matrix(name + "attn_output.weight", width, width)
        matrix(name + "ffn_gate.weight", shape["feed_forward"], width)
        matrix(name + "ffn_up.weight", shape["feed_forward"], width)
        matrix(name + "ffn_down.weight", width, shape["feed_forward"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--shapes", nargs="+", choices=sorted(SHAPES), default=["qwen05"])
    parser.add_argument("--types", nargs="+", default=["q8_0"], help="bf16, f16, q8_0, or a name that llama-quantize knows")
    parser.add_argument("--quantize", help="llama.cpp's llama-quantize")
    parser.add_argument("--pure", action="store_true", help="one type for all tensors")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    others = [kind for kind in arguments.types if kind not in DIRECT]
    if others and not arguments.quantize:
        parser.error(f"{', '.join(others)} need --quantize")
    for shape in arguments.shapes:
        directly = [kind for kind in DIRECT if kind in arguments.types or (others and kind == "bf16")]
        for kind in directly:
            write(arguments.folder / f"{shape}-{kind}.gguf", SHAPES[shape], kind)
            print(arguments.folder / f"{shape}-{kind}.gguf", flush=True)
        for kind in others:
            target = arguments.folder / f"{shape}-{kind}{'-pure' if arguments.pure else ''}.gguf"
            options = ["--pure"] if arguments.pure else []
            source = arguments.folder / f"{shape}-bf16.gguf"
            subprocess.run([arguments.quantize, *options, source, target, kind.upper()], check=True)
            print(target, flush=True)


if __name__ == "__main__":
    main()
