"""Small byte-level BPE vocabularies, and how they are laid down in a GGUF file."""

import json
from dataclasses import dataclass

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import TEXT

_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPLIT = r"[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

# Which expressions cut the text for each `tokenizer.ggml.pre`, applied one after another.
PATTERNS = {
    "llama-bpe": [_CONTRACTIONS + "|" + _SPLIT % r"\p{N}{1,3}"],
    "qwen2": [_CONTRACTIONS + "|" + _SPLIT % r"\p{N}"],
    "gpt-2": [_GPT2],
    "smollm": [r"\p{N}", _GPT2],
}

CONTROL = [
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
]
# The last two overlap: in "@@a@@@" the longer one starts later.
USER_DEFINED = ["<think>", "</think>", "<tool_call>", "  \t\t", "naïve_token", "@@a", "a@@@"]


@dataclass
class Vocabulary:
    """Entries in id order: byte-level BPE pieces, then CONTROL, then USER_DEFINED."""

    pre: str
    pieces: list
    merges: list

    @property
    def tokens(self):
        return self.pieces + CONTROL + USER_DEFINED

    @property
    def types(self):
        kinds = gguf.TokenType
        return (
            [kinds.NORMAL] * len(self.pieces)
            + [kinds.CONTROL] * len(CONTROL)
            + [kinds.USER_DEFINED] * len(USER_DEFINED)
        )

    def id(self, text):
        return self.tokens.index(text)

    def write(self, writer, chat_template=None):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(self.pre)
        writer.add_token_list(self.tokens)
        writer.add_token_types(self.types)
        writer.add_token_merges(self.merges)
        writer.add_bos_token_id(self.id("<|begin_of_text|>"))
        writer.add_eos_token_id(self.id("<|end_of_text|>"))
        writer.add_eot_token_id(self.id("<|im_end|>"))
        writer.add_add_bos_token(self.pre == "llama-bpe")
        if chat_template is not None:
            writer.add_chat_template(chat_template)

    def reference_tokenizer(self, parse_special):
        """The same vocabulary in Hugging Face's `tokenizers`."""
        ranks = [tuple(merge.split(" ")) for merge in self.merges]
        model = models.BPE(
            vocab={piece: index for index, piece in enumerate(self.pieces)},
            merges=ranks,
            ignore_merges=self.pre == "llama-bpe",
        )
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = pre_tokenizer(self.pre)
        tokenizer.decoder = decoders.ByteLevel()
        if parse_special:
            tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in CONTROL])
        tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in USER_DEFINED])
        return tokenizer


def pre_tokenizer(pre):
    """The cuts of one `tokenizer.ggml.pre`, then bytes as printable characters."""
    cuts = [pre_tokenizers.Split(Regex(pattern), behavior="isolated") for pattern in PATTERNS[pre]]
    return pre_tokenizers.Sequence(cuts + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train(pre, size, extra_pieces=(), texts=TEXT, across_cuts=False):
    """A vocabulary of `size` entries in all, trained on `texts`.

    `across_cuts` trains without cutting the text first, so that a wrong cut shows in the token ids.
    `extra_pieces` are whole words that no merge can reach: only a tokenizer that looks a word up before it merges
    (llama-bpe) gives them. They come after the trained pieces.
    """
    tokenizer = Tokenizer(models.BPE())
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = whole if across_cuts else pre_tokenizer(pre)
    room = size - len(CONTROL) - len(USER_DEFINED) - len(extra_pieces)
    trainer = trainers.BpeTrainer(
        vocab_size=room,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    pieces = [piece for piece, _ in sorted(model["vocab"].items(), key=lambda entry: entry[1])]
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    vocabulary = Vocabulary(pre, pieces + [byte_level(piece) for piece in extra_pieces], merges)
    if len(set(vocabulary.tokens)) != size:
        raise ValueError(f"{pre}: {len(set(vocabulary.tokens))} different entries, not {size}")
    return vocabulary


def byte_level(text):
    """`text` as byte-level BPE spells it: one printable character a byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    spelling = {byte: chr(byte) for byte in printable}
    spelling |= {byte: chr(256 + index) for index, byte in enumerate(others)}
    return "".join(spelling[byte] for byte in text.encode())
