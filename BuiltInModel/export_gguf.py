"""Writes a checkpoint as a Q8_0 GGUF file: `python export_gguf.py final.pt tokenizer.json kvasir-support.gguf`.

Matrices become Q8_0, norms stay F32. There is no output matrix: input and output embeddings are tied.
"""

import json
import sys

import gguf
import numpy as np
import torch

from tokenizer import END, END_OF_TEXT

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    r"{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    r"{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LAYER_NAMES = {
    "attention_norm.weight": "attn_norm", "attention.q.weight": "attn_q", "attention.k.weight": "attn_k",
    "attention.v.weight": "attn_v", "attention.o.weight": "attn_output", "ffn_norm.weight": "ffn_norm",
    "ffn.gate.weight": "ffn_gate", "ffn.up.weight": "ffn_up", "ffn.down.weight": "ffn_down",
}


def gguf_name(name):
    """The GGUF name of a parameter of model.py."""
    if name == "embedding.weight":
        return "token_embd.weight"
    if name == "final_norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{LAYER_NAMES[rest]}.weight"


def quantize(matrix):
    """A float matrix as Q8_0 bytes."""
    return gguf.quants.quantize(matrix.float().numpy(), gguf.GGMLQuantizationType.Q8_0)


def as_quantized(state):
    """The weights of a checkpoint as they are after a round trip through Q8_0."""
    def through(weight):
        if weight.dim() < 2:
            return weight
        return torch.from_numpy(gguf.quants.dequantize(quantize(weight), gguf.GGMLQuantizationType.Q8_0).copy())

    return {name: through(weight) for name, weight in state.items()}


def write(checkpoint, tokenizer_path, path):
    saved = torch.load(checkpoint, weights_only=True)
    shape = saved["shape"]
    writer = gguf.GGUFWriter(path, "llama")
    add_description(writer)
    add_shape(writer, shape)
    add_tokenizer(writer, json.loads(open(tokenizer_path).read()))
    for name, weight in saved["model"].items():
        if weight.dim() == 1:
            writer.add_tensor(gguf_name(name), weight.float().numpy())
        else:
            writer.add_tensor(gguf_name(name), quantize(weight), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_description(writer):
    writer.add_name("Kvasir Support")
    writer.add_author("The Kvasir authors")
    writer.add_description("A tiny assistant that answers questions about Kvasir and nothing else.")
    writer.add_license("apache-2.0")
    writer.add_license_name("Apache License 2.0")
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def add_shape(writer, shape):
    writer.add_vocab_size(shape["vocab"])
    writer.add_context_length(shape["context"])
    writer.add_embedding_length(shape["dim"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["ffn"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["kv_heads"])
    writer.add_key_length(shape["head_dim"])
    writer.add_value_length(shape["head_dim"])
    writer.add_rope_dimension_count(shape["head_dim"])
    writer.add_rope_freq_base(shape["rope_base"])
    writer.add_layer_norm_rms_eps(shape["norm_eps"])


def add_tokenizer(writer, tokenizer):
    vocabulary = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
    tokens = [token for token, _ in vocabulary]
    special = {entry["content"] for entry in tokenizer["added_tokens"]}
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in tokenizer["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL for token in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index(END_OF_TEXT))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_unk_token_id(tokens.index(END_OF_TEXT))
    writer.add_pad_token_id(tokens.index(END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


if __name__ == "__main__":
    write(*sys.argv[1:4])
    print(f"{sys.argv[3]}: {np.memmap(sys.argv[3]).size / 2**20:.2f} MiB")
