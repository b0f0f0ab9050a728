"""The tokenizer: byte-level BPE with the pre-tokenizer llama.cpp calls "smollm", and the ChatML format.

Run as a script it trains the vocabulary on generated text: `python tokenizer.py tokenizer.json`.
"""

import random
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from conversations import ConversationMaker

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL = [END_OF_TEXT, START, END]
VOCABULARY = 3072
SEED = 20240


def train(seed=SEED, size=VOCABULARY):
    """Trains on conversations and system prompts drawn with the seed."""
    tokenizer = Tokenizer(models.BPE())
    # "smollm": every digit on its own, then GPT-2's regular expression.
    digits = pre_tokenizers.Digits(individual_digits=True)
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, min_frequency=2, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(sample(seed), trainer)
    return tokenizer


def sample(seed):
    """Text in about the proportions of the training data, questions weighted up."""
    maker, rng = ConversationMaker(stage=1), random.Random(seed)
    for _ in range(30_000):
        for question, answer in maker.turns(2, rng):
            yield question
            if rng.random() < 0.3:
                yield answer
    for _ in range(300):
        yield maker.system_prompt(rng.randint(50, 500), rng)


class ChatFormat:
    """Encodes conversations as ChatML, with a weight for the loss of each token."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.end_of_text, self.start, self.end = (tokenizer.token_to_id(token) for token in SPECIAL)
        self.newline = self.text("\n")

    def text(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def message(self, role, text):
        return [self.start, *self.text(f"{role}\n{text}"), self.end, *self.newline]

    def prompt(self, messages):
        """Token ids of [(role, text)], ready for the assistant to answer."""
        ids = [token for role, text in messages for token in self.message(role, text)]
        return ids + [self.start, *self.text("assistant\n")]

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=False)


if __name__ == "__main__":
    tokenizer = train()
    tokenizer.save(sys.argv[1])
    print(f"{tokenizer.get_vocab_size()} tokens -> {sys.argv[1]}")
