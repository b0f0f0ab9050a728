"""System prompts of every kind and length. Answers do not depend on them: the model must learn to read past them."""

from phrases import expand, fill_digits, sections, word_lists
from questions import pseudo_word

BULLETS = ["- ", "* ", "• ", "", "{}. ", "{}) ", "({}) ", "Rule {}: "]
PARTS = {"rules": 22, "policy": 28, "mixed": 14, "notes": 18, "pairs": 8, "dialogue": 5, "noise": 5}  # weights


class SystemPromptMaker:
    def __init__(self, topics):
        self.table = word_lists(sections("text/system_prompts.txt"))
        self.answers = [answer for topic in topics for answer in topic.answers + topic.more]
        self.questions = [question for topic in topics for question in topic.questions]

    def make(self, characters, rng):
        """A system prompt of about that many characters."""
        parts = [self.sentence("persona", rng)] if rng.random() < 0.75 else []
        while sum(map(len, parts)) < characters:
            room = characters - sum(map(len, parts))
            parts.append(self.part(room, rng))
        return rng.choice(["\n\n", "\n", " "] if characters < 500 else ["\n\n", "\n"]).join(parts)[:characters + 200]

    def sentence(self, section, rng):
        text = fill_digits(expand(rng.choice(self.table[section]), rng, self.table), rng)
        if section in ("pair", "heading"):
            return text
        return text[:1].upper() + text[1:]

    def part(self, room, rng):
        """A paragraph, a list, notes on the product, settings, or noise, at most about `room` characters long."""
        count = min(rng.randint(1, 10), max(1, room // 70))
        kind = rng.choices(list(PARTS), PARTS.values())[0]
        if kind == "notes":
            return self.listed([rng.choice(self.answers) for _ in range(max(1, count // 2))], rng)
        if kind == "pairs":
            return "\n".join(self.sentence("pair", rng) for _ in range(count))
        if kind == "dialogue":
            return f"Q: {expand(rng.choice(self.questions), rng)}?\nA: {self.sentence('policy', rng)}"
        if kind == "noise":
            return " ".join(pseudo_word(rng) for _ in range(count * 3))
        sources = {"rules": ["rule"], "policy": ["policy"], "mixed": ["rule", "policy", "persona"]}[kind]
        return self.listed([self.sentence(rng.choice(sources), rng) for _ in range(count)], rng)

    def listed(self, items, rng):
        """The items as a paragraph or a list, with or without a heading."""
        bullet = rng.choice(BULLETS)
        if not bullet or len(items) == 1:
            body = " ".join(items)
        else:
            body = "\n".join(bullet.format(number) + item for number, item in enumerate(items, 1))
        if rng.random() < 0.35:
            heading = self.sentence("heading", rng)
            return rng.choice(["## {}\n{}", "{}:\n{}", "# {}\n\n{}", "{}\n{}", "[{}]\n{}"]).format(heading, body)
        return body
