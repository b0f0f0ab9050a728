"""Batches: conversations packed into rows, all drawn from (seed, step), so that a run can stop and go on."""

import random
from dataclasses import dataclass

import numpy as np

from conversations import ConversationMaker

# System prompts carry no loss. The first tokens of an answer decide what it will be about, so they weigh most.
OPENING_WEIGHT, ANSWER_WEIGHT, QUESTION_WEIGHT = 3.0, 1.0, 0.1
OPENING_TOKENS = 8
ARTICLE_SHARE = 0.04


@dataclass(frozen=True)
class RowKind:
    """One shape of batch: `rows` rows of `length` tokens; system prompts and turns within these bounds.

    `brief_share` of the conversations are one question and the opening of its answer: how an answer goes on is
    learned soon, which answer it is takes far more questions, and these cost half as many tokens.
    """

    length: int
    rows: int
    system_share: float
    system_tokens: tuple
    turns: tuple
    brief_share: float = 0.0


TINY = RowKind(64, 40, 0.0, (0, 0), (1, 1), brief_share=0.7)
SHORT = RowKind(256, 10, 0.25, (5, 90), (1, 3), brief_share=0.7)
MEDIUM = RowKind(512, 5, 0.75, (30, 300), (1, 4))
LONG = RowKind(2048, 1, 1.0, (250, 1600), (4, 40))
LONGEST = RowKind(4096, 1, 1.0, (500, 3200), (8, 60))
SECOND_STAGE, THIRD_STAGE = 1750, 4500  # the steps at which questions begin to come in more words
FIRST_STEPS = 1200  # hardly any context: what the questions mean comes first
FIRST_MIX = [(TINY, 0.8), (SHORT, 0.2)]
MIX = [(TINY, 0.30), (SHORT, 0.30), (MEDIUM, 0.20), (LONG, 0.15), (LONGEST, 0.05)]


class BatchMaker:
    def __init__(self, chat_format, seed):
        self.format, self.seed = chat_format, seed
        self.stages = [ConversationMaker(stage) for stage in (1, 2, 3)]

    def batch(self, step):
        """tokens [rows, length], targets [rows, length], weights [rows, length] of one training step."""
        rng = random.Random(f"{self.seed}/{step}")
        self.make = self.stages[(step >= SECOND_STAGE) + (step >= THIRD_STAGE)]
        kinds, shares = zip(*(FIRST_MIX if step < FIRST_STEPS else MIX))
        kind = rng.choices(kinds, shares)[0]
        rows = [self.row(kind, rng) for _ in range(kind.rows)]
        tokens = np.array([row[0] for row in rows])
        weights = np.array([row[1] for row in rows], dtype=np.float32)
        return tokens[:, :-1], tokens[:, 1:], weights[:, 1:]

    def row(self, kind, rng):
        """length + 1 tokens and weights: conversations one after the other, the last one cut off."""
        tokens, weights = [], []
        while len(tokens) <= kind.length:
            piece = self.article(rng) if rng.random() < ARTICLE_SHARE else self.conversation(kind, rng)
            tokens += [token for token, _ in piece] + [self.format.end_of_text]
            weights += [weight for _, weight in piece] + [0.0]
        return tokens[:kind.length + 1], weights[:kind.length + 1]

    def article(self, rng):
        return [(token, ANSWER_WEIGHT) for token in self.format.text(self.make.article(rng))]

    def conversation(self, kind, rng):
        """[(token, weight)] of a conversation."""
        piece = []
        if rng.random() < kind.brief_share:
            question, answer, _ = self.make.turn(rng)
            return self.question(question) + self.opening(answer)
        if rng.random() < kind.system_share:
            system = self.make.system_prompt(rng.randint(*kind.system_tokens), rng)
            piece += [(token, 0.0) for token in self.format.message("system", system)]
        for question, answer in self.make.turns(rng.randint(*kind.turns), rng):
            said = [*self.format.text(answer), self.format.end]
            piece += self.question(question) + self.opening(answer)
            piece += [(token, ANSWER_WEIGHT) for token in said[OPENING_TOKENS:]]
            piece += [(token, 0.0) for token in self.format.newline]
        return piece

    def question(self, text):
        """A user's message and the beginning of the assistant's."""
        return [(token, QUESTION_WEIGHT) for token in self.format.message("user", text)] + \
            [(token, 0.0) for token in self.format.prompt([])]

    def opening(self, answer):
        said = [*self.format.text(answer), self.format.end]
        return [(token, OPENING_WEIGHT) for token in said[:OPENING_TOKENS]]
