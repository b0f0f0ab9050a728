"""Asks llama.cpp for the log-likelihood of fixed texts, which Kvasir must find too, to within half a percent.

    python likelihood.py ../../Tests/Fixtures                      # of the tiny models, with random texts
    python likelihood.py OUT --model MODEL.gguf --text TEXT.txt    # of a model, its matrices stored anew in each type

Both write likelihood.json there, for Kvasir's LikelihoodTests. The second also writes the files; the test reads its
likelihood.json from where KVASIR_LIKELIHOOD says, and prints what it finds:

    KVASIR_LIKELIHOOD=OUT/likelihood.json swift test --filter LikelihoodTests
"""

import argparse
import json
import pathlib
import tempfile

import gguf
import numpy as np

from llama_oracle import F16, F32, LlamaOracle, version
from make_models import BF16, CONTEXT, MODELS, Q4_0, Q4_K, Q5_0, Q5_K, Q6_K, Q8_0, TYPES, prompt, quantize, write

LENGTH = 256  # tokens of a tiny model's text
# A K type needs rows of whole super-blocks; where they are not, llama-quantize takes these (Q5_1 in place of Q8_0).
FALLBACK = {Q4_K: Q5_0, Q5_K: Q8_0, Q6_K: Q8_0}
KINDS = [TYPES.F32, TYPES.F16, BF16, Q8_0, Q6_K, Q5_K, Q5_0, Q4_K, Q4_0]


def likelihood(path, tokens, kv):
    """The natural logarithm of the probability of all tokens but the first."""
    with LlamaOracle(path, max(CONTEXT, len(tokens)), kv) as oracle:
        rows = oracle.logprobs(tokens[:1], tokens[1:])
    return float(rows[np.arange(len(tokens) - 1), tokens[1:]].sum())


def store_anew(source, path, kind):
    """The model with all matrices in one type, as far as their rows allow; kind None: what they are now, in F32."""
    reader = gguf.GGUFReader(source)
    architecture = gguf.Keys.General.ARCHITECTURE
    writer = gguf.GGUFWriter(path, reader.fields[architecture].contents())
    for name, field in reader.fields.items():
        if name != architecture and not name.startswith("GGUF."):
            element = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], sub_type=element)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        stored = TYPES.F32
        if values.ndim == 2 and kind is not None:
            fits = values.shape[1] % gguf.GGML_QUANT_SIZES[kind][0] == 0
            stored = kind if fits else FALLBACK[kind]
        writer.add_tensor(tensor.name, quantize(values, stored), raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tiny_cases(fixtures, folder):
    for shape in MODELS:
        path, widened = fixtures / "models" / f"{shape.name}.gguf", folder / "widened.gguf"
        write(shape, widened, all_f32=True)
        yield shape.name, path, widened, prompt(LENGTH, 0)


def type_cases(model, text, count, out, folder):
    with LlamaOracle(model, vocab_only=True) as oracle:
        tokens = oracle.tokenize(text.read_text(), True, True)[:count]
    for kind in KINDS:
        path, widened = out / f"{kind.name}.gguf", folder / "widened.gguf"
        store_anew(model, path, kind)
        store_anew(path, widened, None)
        yield kind.name, path, widened, tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path)
    parser.add_argument("--tokens", type=int, default=512, help="how many of the text")
    arguments = parser.parse_args()
    out = arguments.folder
    out.mkdir(parents=True, exist_ok=True)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        if arguments.model:
            cases = type_cases(arguments.model, arguments.text, arguments.tokens, out, pathlib.Path(folder))
        else:
            cases = tiny_cases(out, pathlib.Path(folder))
        for name, path, widened, tokens in cases:
            stored, exact = likelihood(path, tokens, F16), likelihood(widened, tokens, F32)
            print(f"{name}: {stored:.4f} as stored, {exact:.4f} in F32: {stored / exact - 1:+.3%}")
            model = str(path.relative_to(out))
            found.append({"model": model, "tokens": tokens, "stored": round(stored, 4), "exact": round(exact, 4)})
    lines = ",\n".join("  " + json.dumps(case, separators=(",", ":")) for case in found)
    (out / "likelihood.json").write_text(f'{{ "oracle": "{version()}",\n "cases": [\n{lines} ] }}\n')


if __name__ == "__main__":
    main()
