#!/usr/bin/env python3
"""Writes a model of Qwen2.5-0.5B's shape with random Q8_0 weights, for measuring: speed does not depend on their values.

    pip install gguf numpy
    python3 Tools/burst/make_model.py qwen-shape.gguf        # 504 MiB
    python3 Tools/burst/burst.py -- --model qwen-shape.gguf
"""

import sys

import gguf
import numpy as np

WIDTH, FEED_FORWARD, LAYERS, HEADS, KV_HEADS, VOCABULARY = 896, 4864, 24, 14, 2, 151_936
KV_WIDTH = WIDTH // HEADS * KV_HEADS
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    r"{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    r"{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def byte_alphabet():
    """GPT-2's characters for the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    names = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
    return [names[byte] for byte in range(256)]


def main(path):
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("random weights of Qwen2.5-0.5B's shape")
    writer.add_context_length(32_768)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    fillers = [f"tok{number}" for number in range(VOCABULARY - 256 - len(SPECIAL))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(byte_alphabet() + fillers + SPECIAL)
    writer.add_token_types([1] * (VOCABULARY - len(SPECIAL)) + [3] * len(SPECIAL))
    writer.add_token_merges(["t o"])
    writer.add_eos_token_id(VOCABULARY - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)

    random = np.random.default_rng(0)

    def matrix(name, rows, columns):
        blocks = np.empty((rows, columns // 32, 34), np.uint8)
        blocks[:, :, :2] = np.full((rows, columns // 32, 1), 0.0003, np.float16).view(np.uint8)
        blocks[:, :, 2:] = random.integers(-127, 128, (rows, columns // 32, 32), dtype=np.int8).view(np.uint8)
        writer.add_tensor(name, blocks.reshape(rows, -1), raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    def vector(name, count, value):
        writer.add_tensor(name, np.full(count, value, np.float32))

    matrix("token_embd.weight", VOCABULARY, WIDTH)
    vector("output_norm.weight", WIDTH, 1)
    for layer in range(LAYERS):
        name = f"blk.{layer}."
        vector(name + "attn_norm.weight", WIDTH, 1)
        vector(name + "ffn_norm.weight", WIDTH, 1)
        for part, rows in [("q", WIDTH), ("k", KV_WIDTH), ("v", KV_WIDTH)]:
            matrix(f"{name}attn_{part}.weight", rows, WIDTH)
            vector(f"{name}attn_{part}.bias", rows, 0.01)
        matrix(name + "attn_output.weight", WIDTH, WIDTH)
        matrix(name + "ffn_gate.weight", FEED_FORWARD, WIDTH)
        matrix(name + "ffn_up.weight", FEED_FORWARD, WIDTH)
        matrix(name + "ffn_down.weight", WIDTH, FEED_FORWARD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
