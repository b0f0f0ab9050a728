#!/usr/bin/env python3
"""Writes a Hugging Face folder of Qwen2.5-0.5B's shape with random bf16 weights, for peers that do not read GGUF.

    pip install torch transformers tokenizers
    python3 Tools/peers/make_hf_model.py FOLDER        # 0.99 GB

The tokenizer is that of Tools/bench/make_models.py: 256 bytes, fillers, three special tokens. Speed does not depend on the weights' values.
"""

import json
import os
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

VOCABULARY = 151_936
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_alphabet():
    """GPT-2's characters for the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    names = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
    return [names[byte] for byte in range(256)]


def make_tokenizer():
    fillers = [f"tok{number}" for number in range(VOCABULARY - 256 - len(SPECIAL))]
    vocabulary = {token: number for number, token in enumerate(byte_alphabet() + fillers + SPECIAL)}
    vocabulary["to"] = vocabulary.pop("tok0")
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[("t", "o")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[2], pad_token=SPECIAL[0])


def main(folder):
    torch.manual_seed(0)
    os.makedirs(folder, exist_ok=True)
    config = Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
        num_key_value_heads=2, max_position_embeddings=32_768, rope_theta=1e6, rms_norm_eps=1e-6, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=VOCABULARY - 1)
    Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    make_tokenizer().save_pretrained(folder)
    with open(os.path.join(folder, "generation_config.json"), "w") as file:
        json.dump({"eos_token_id": VOCABULARY - 1, "do_sample": False}, file)


if __name__ == "__main__":
    main(sys.argv[1])
