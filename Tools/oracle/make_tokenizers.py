"""Trains a small vocabulary for each pre-tokenizer and takes the token ids of nasty strings from llama.cpp.

    python make_tokenizers.py ../../Tests/Fixtures/tokenizers

Prints where Hugging Face's `tokenizers` with the original expressions gives other ids; llama.cpp is the reference.
"""

import argparse
import json
import pathlib

import gguf

import byte_bpe
import corpus
from llama_oracle import LlamaOracle, version
from texts import TEXTS, UNREACHABLE

SIZE = 1200


def write(vocabulary, path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(f"vocabulary-{vocabulary.pre}")
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_context_length(512)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(32)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    vocabulary.write(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def disagreements(vocabulary, parse_special, ids_of):
    other = vocabulary.reference_tokenizer(parse_special)
    tokens = vocabulary.tokens
    out = {}
    for index, text in enumerate(TEXTS):
        found = [tokens.index(token) for token in other.encode(text, add_special_tokens=False).tokens]
        if found != ids_of[index]:
            out[index] = found
    return out


def lines(items):
    return "[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in items) + "\n]"


def fixture(vocabulary, path):
    oracle = LlamaOracle(path, vocab_only=True)
    special = [oracle.tokenize(text, False, True) for text in TEXTS]
    plain = [oracle.tokenize(text, False, False) for text in TEXTS]
    with_start = [oracle.tokenize(text, True, True) for text in TEXTS[:16]]
    for text, ids in zip(TEXTS, special):
        if oracle.detokenize(ids) != text.encode():
            raise ValueError(f"{vocabulary.pre}: {text!r} does not come back")
    ends = [token for token in range(oracle.size) if oracle.is_end_of_generation(token)]
    pieces = [oracle.detokenize([token]).hex() for token in range(oracle.size)]
    oracle.close()
    others = {}
    for name, parse, ids in (("special", True, special), ("plain", False, plain)):
        others[name] = disagreements(vocabulary, parse, ids)
    for index in sorted(set(others["special"]) | set(others["plain"])):
        theirs = others["plain"].get(index)
        print(f"{vocabulary.pre}: {ascii(TEXTS[index])}: llama.cpp {plain[index]}, tokenizers {theirs}")
    if vocabulary.pre == "llama-bpe":
        names = [vocabulary.id(byte_bpe.byte_level(text)) for text in UNREACHABLE]
        print("whole words found before merging:", [any(name in ids for ids in plain) for name in names])
    head = {
        "vocabulary": f"tokenizers/{path.name}",
        "pre": vocabulary.pre,
        "oracle": version(),
        "end_of_generation": ends,
        "disagrees_with_huggingface": sorted(set(others["special"]) | set(others["plain"])),
    }
    return (
        json.dumps(head)[:-1]
        + ',\n"pieces": ' + json.dumps(pieces, separators=(",", ":"))
        + ',\n"with_start": ' + lines(with_start)
        + ',\n"special": ' + lines(special)
        + ',\n"plain": ' + lines(plain) + "\n}\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    if len(set(TEXTS)) != len(TEXTS):
        raise ValueError(f"twice: {[text for text in TEXTS if TEXTS.count(text) > 1]}")
    kept_out = [word.strip(" ") for word in UNREACHABLE] + byte_bpe.CONTROL + byte_bpe.USER_DEFINED
    reachable = [text for text in TEXTS if not any(word in text for word in kept_out)]
    training = corpus.TEXT + reachable + [text.lower() for text in reachable]
    (folder / "texts.json").write_text(lines(TEXTS) + "\n")
    for pre in byte_bpe.PATTERNS:
        vocabulary = byte_bpe.train(pre, SIZE, UNREACHABLE, training, across_cuts=True)
        path = folder / f"{pre}.gguf"
        write(vocabulary, path)
        (folder / f"{pre}.json").write_text(fixture(vocabulary, path))


if __name__ == "__main__":
    main()
