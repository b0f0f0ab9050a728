"""Turns topics into questions in ever different words, and makes questions on other subjects."""

import re

from phrases import HERE, expand, fill_digits, sections, split_words, word_lists

DROPPABLE = {"the", "a", "an", "do", "does", "is", "are", "i", "to", "of", "please"}
KEYS_NEAR = {
    "a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "r": "et", "s": "ad", "t": "ry", "l": "k", "c": "xv",
    "m": "n",
}
CODE = re.compile(r"--|/|_|`|\d")
CAPITALS = {
    "kvasir": "Kvasir", "ttft": "TTFT", "kv": "KV", "gguf": "GGUF", "api": "API", "gpu": "GPU", "lru": "LRU",
    "bpe": "BPE", "openai": "OpenAI", "linux": "Linux", "macos": "macOS", "itl": "ITL", "http": "HTTP", "json": "JSON",
    "i": "I", "swift": "Swift", "python": "Python", "cpu": "CPU", "llm": "LLM", "q8_0": "Q8_0", "windows": "Windows",
}


class QuestionMaker:
    """Draws questions for a stage of training.

    Stage 2 has more of the questions written for a topic, in more words; stage 3 also a wider world outside.
    """

    def __init__(self, stage):
        self.stage = stage
        self.phrasings = sections("text/phrasings.txt")
        self.wrappings = sections("text/wrappings.txt")
        self.followups = sections("text/followups.txt")
        self.foreign = word_lists(sections("text/out_of_scope.txt"))
        self.refusals = lines("text/refusals.txt")
        self.unknown_option = lines("text/unknown_option.txt")
        self.synonyms = read_synonyms()

    def about(self, topic, rng):
        """A question about a topic, dressed up."""
        own = topic.questions
        generic = [kind for kind in ("np", "vp", "sup") if getattr(topic, kind)]
        if topic.kind == "chat":
            text = expand(self.own_question(topic, rng), rng)
            return roughen(text, rng, question=False)
        if own and rng.random() < (0.75 if self.stage > 1 else 0.6) or not generic:
            text = expand(self.own_question(topic, rng), rng)
        else:
            # names of options and endpoints differ least from each other, so they come often enough by "np"
            kind = rng.choice(generic)
            text = expand(rng.choice(self.phrasings[kind]), rng).replace("*", rng.choice(getattr(topic, kind)))
        text = self.swap_synonyms(text, rng, 0.15)
        return roughen(self.wrap(text, rng), rng)

    def own_question(self, topic, rng):
        """A template written for the topic; from stage 2 on those with more choices come more often."""
        if self.stage == 1:
            return rng.choice(topic.questions)
        templates = topic.questions + topic.late
        return rng.choices(templates, [1 + template.count("|") for template in templates])[0]

    def follow_up(self, kind, rng):
        """A question that only makes sense after the turn before: kind is "more" or "default"."""
        return roughen(expand(rng.choice(self.followups[kind]), rng), rng)

    def foreign_question(self, rng):
        """A question on another subject and the answer to it."""
        if rng.random() < 0.05:
            text = expand(rng.choice(self.foreign["unknown-option"]), rng).replace("<opt>", self.option_name(rng))
            return roughen(text, rng), rng.choice(self.unknown_option)
        templates = self.foreign["templates"]
        if self.stage == 3 and rng.random() < 0.6:
            templates = self.foreign["late-templates"]
        text = fill_digits(expand(rng.choice(templates), rng, self.foreign), rng)
        if rng.random() < 0.12:  # words nobody has seen are another subject too
            text = swap_a_word(text, rng)
        text = self.swap_synonyms(text, rng, 0.05)
        return roughen(self.wrap(text, rng), rng), rng.choice(self.refusals)

    def option_name(self, rng):
        words = self.foreign["option-word"]
        if rng.random() < 0.2:
            return pseudo_word(rng)
        return rng.choice(words) if rng.random() < 0.6 else f"{rng.choice(words)}-{rng.choice(words)}"

    def wrap(self, text, rng):
        """Puts greetings, context and closing words around a question."""
        draw = rng.random()
        if draw < 0.18:
            text = f"{rng.choice(self.wrappings['before'])} {text}"
        elif draw < 0.28:
            text = f"{text} {rng.choice(self.wrappings['after'])}"
        elif draw < 0.38:
            context = rng.choice(self.wrappings["context"])
            text = f"{context} {text}" if rng.random() < 0.8 else f"{text}? {context}"
        return text

    def swap_synonyms(self, text, rng, chance):
        """Replaces some words by others of their line in synonyms.txt."""
        for phrase, others in self.synonyms:
            if f" {phrase} " in f" {text} " and rng.random() < chance:
                text = f" {text} ".replace(f" {phrase} ", f" {rng.choice(others)} ", 1).strip()
        return text


def lines(path):
    return (HERE / path).read_text().split("\n")[:-1]


def read_synonyms():
    """[(word, its alternatives)] from synonyms.txt."""
    pairs = []
    for line in lines("text/synonyms.txt"):
        if not line.startswith("#"):
            words = split_words([line])
            pairs += [(word, [w for w in words if w != word]) for word in words]
    return pairs


def pseudo_word(rng):
    """A word that does not exist."""
    syllables = [rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") + rng.choice(["", "", "n", "r", "l", "s", "x"])
                 for _ in range(rng.randint(2, 3))]
    return "".join(syllables)


def swap_a_word(text, rng):
    """Replaces one of the longer words, usually a noun, by an invented one."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if long:
        words[rng.choice(long)] = pseudo_word(rng)
    return " ".join(words)


def roughen(text, rng, question=True):
    """Case, punctuation, dropped words and typos as people type them."""
    bare = text.rstrip("?!. ")
    text = bare if bare and rng.random() < 0.9 else text
    draw = rng.random() if question else 1.0
    if draw < 0.12:
        text = lose_words(text, rng)
    elif draw < 0.17:
        kept = [word for word in text.split(" ") if word.lower() not in DROPPABLE]
        text = " ".join(kept) if len(kept) > 1 else text
    if rng.random() < 0.12:
        text = typo(text, rng)
    draw = rng.random()
    if draw < 0.5:
        text = proper_case(text)
    elif draw < 0.6:
        text = text[:1].upper() + text[1:]
    elif draw < 0.62 and "--" not in text and "_" not in text:
        text = text.upper()
    if question and text[-1:].isalnum():
        text += rng.choices(["?", "", ".", "??", " ?", "!"], [55, 36, 5, 1, 2, 1])[0]
    return text


def lose_words(text, rng):
    """Drops about every seventh word, so that no single word decides."""
    kept = [word for word in text.split(" ") if rng.random() > 0.15]
    return " ".join(kept) if len(kept) > 2 else text


def proper_case(text):
    words = [CAPITALS.get(word, word) for word in text.split(" ")]
    text = " ".join(words)
    return text if CODE.match(text) else text[:1].upper() + text[1:]


def typo(text, rng):
    """One slip in one longer word that is not code."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 3 and not CODE.search(word)]
    if not long:
        return text
    at = rng.choice(long)
    word = words[at]
    i = rng.randrange(1, len(word) - 1)
    slips = [word[:i] + word[i + 1:], word[:i] + word[i + 1] + word[i] + word[i + 2:], word[:i] + word[i] + word[i:],
             word[:i] + rng.choice(KEYS_NEAR.get(word[i], word[i])) + word[i + 1:]]
    words[at] = rng.choice(slips)
    return " ".join(words)
