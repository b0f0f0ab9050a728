"""Measures a checkpoint on questions it was never trained on, with its weights rounded to Q8_0 as in the shipped file.

    python evaluate.py final.pt tokenizer.json [--fresh] [--sample N] [--twenty FILE]

A right answer contains every key fact of its topic; a right refusal is, token for token, one of the written ones.
"""

import argparse
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer

from conversations import ConversationMaker
from export_gguf import as_quantized
from generate import greedy
from model import KvasirModel, Shape
from phrases import HERE, sections
from tokenizer import ChatFormat

SEED = 7


class Judge:
    def __init__(self, checkpoint, tokenizer_path):
        saved = torch.load(checkpoint, weights_only=True)
        self.model = KvasirModel(Shape(**saved["shape"]))
        self.model.load_state_dict(as_quantized(saved["model"]))
        self.chat = ChatFormat(Tokenizer.from_file(str(tokenizer_path)))
        self.conversations = ConversationMaker()
        self.topics = self.conversations.facts + self.conversations.chat
        self.written = {answer for topic in self.topics for answer in topic.answers + topic.more + topic.default}
        self.steps = saved["step"]

    def answer(self, question, system=None, before=()):
        messages = [("system", system)] if system else []
        for earlier_question, earlier_answer in before:
            messages += [("user", earlier_question), ("assistant", earlier_answer)]
        return self.chat.decode(greedy(self.model, self.chat.prompt([*messages, ("user", question)]), self.chat.end))

    def held_back(self):
        return [(topic, question) for topic in self.topics for question in topic.held_back]

    def fresh(self):
        """The second held-back set: written after the training text."""
        table = sections("text/fresh_questions.txt")
        return [(topic, question) for topic in self.topics for question in table.get(topic.name, [])]

    def foreign(self):
        lines = (HERE / "text/out_of_scope_held_back.txt").read_text().split("\n")
        return [line for line in lines if line]

    def refuses(self, answer):
        return answer in self.conversations.ask.refusals + self.conversations.ask.unknown_option

    def system_prompt(self, rng):
        """A system prompt of about 1,000 tokens."""
        return self.conversations.system_prompt(rng.randint(750, 850), rng)

    def context(self, way, rng):
        """System prompt and earlier turns for a way of asking."""
        system = self.system_prompt(rng) if "system" in way else None
        return system, self.conversations.turns(rng.randint(1, 3), rng) if "turns" in way else ()

    def score(self, way, pairs, verbose):
        """Shares of right answers, word-for-word written answers and right refusals for one way of asking."""
        rng = random.Random(SEED)
        right = fluent = 0
        for topic, question in pairs:
            answer = self.answer(question, *self.context(way, rng))
            good = topic.is_right(answer)
            right += good
            fluent += answer in self.written or self.refuses(answer)
            if verbose and not good:
                print(f"  wrong [{topic.name}] {question}\n    -> {answer}")
        foreign, refused = self.foreign(), 0
        for question in foreign:
            answer = self.answer(question, *self.context(way, rng))
            refused += self.refuses(answer)
            if verbose and not self.refuses(answer):
                print(f"  not refused: {question}\n    -> {answer}")
        print(f"{way}: {right}/{len(pairs)} right ({right / len(pairs):.1%}), {fluent / len(pairs):.1%} word for word "
              f"as written, {refused}/{len(foreign)} refused", flush=True)

    def twenty(self, path):
        """Twenty held-back questions, one of each of twenty topics, with their answers."""
        rng = random.Random(SEED)
        chosen = rng.sample(self.conversations.facts, 20)
        text = ["# Twenty held-back questions and the greedy answers\n"]
        for topic in chosen:
            question = rng.choice(topic.held_back)
            answer = self.answer(question)
            text.append(f"**{question}**\n\n{answer} _({'right' if topic.is_right(answer) else 'wrong'})_\n")
        path.write_text("\n".join(text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--fresh", action="store_true", help="ask text/fresh_questions.txt instead")
    parser.add_argument("--sample", type=int, help="only that many held-back questions for each way of asking")
    parser.add_argument("--ways", nargs="*", default=["plain", "system", "turns", "system and turns"])
    parser.add_argument("--twenty", type=Path, help="write twenty questions and answers to this file")
    parser.add_argument("--quiet", action="store_true", help="numbers only")
    args = parser.parse_args()
    torch.set_num_threads(2)
    judge = Judge(args.checkpoint, args.tokenizer)
    print(f"checkpoint of step {judge.steps}")
    pairs = judge.fresh() if args.fresh else judge.held_back()
    if args.sample:
        pairs = random.Random(SEED).sample(pairs, min(args.sample, len(pairs)))
    for way in args.ways:
        judge.score(way, pairs, not args.quiet)
    if args.twenty:
        judge.twenty(args.twenty)


if __name__ == "__main__":
    main()
