"""The facts: topics with their question material, answers and held-back questions."""

from dataclasses import dataclass, field

from phrases import HERE, split_words

LIST_FIELDS = {"np", "vp", "sup"}


@dataclass
class Topic:
    name: str
    kind: str = "fact"  # "chat" for small talk, which takes no generic phrasings
    np: list = field(default_factory=list)  # noun phrases: "what is *"
    vp: list = field(default_factory=list)  # verb phrases: "how do I *"
    sup: list = field(default_factory=list)  # things asked for: "does kvasir support *"
    questions: list = field(default_factory=list)
    late: list = field(default_factory=list)  # questions that join in the second stage of training
    answers: list = field(default_factory=list)
    more: list = field(default_factory=list)  # answers to "tell me more"
    default: list = field(default_factory=list)  # answers to "and the default?"
    held_back: list = field(default_factory=list)  # never trained on
    key: list = field(default_factory=list)  # [[alternative, ...], ...]: one of each must be in a right answer

    def is_right(self, answer):
        """Whether an answer contains every key fact."""
        text = answer.lower()
        return all(any(word.lower() in text for word in words) for words in self.key)


def read_topics():
    """All topics of facts/*.txt in a fixed order. A heading that was there before adds to its topic."""
    topics = {}
    for path in sorted((HERE / "facts").glob("*.txt")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.startswith("[") and line.endswith("]"):
                topic = topics.setdefault(line[1:-1], Topic(line[1:-1]))
            elif line.strip() and not line.startswith("#"):
                tag, _, text = line.partition(": ")
                try:
                    add(topic, tag, text.strip())
                except KeyError:
                    raise SystemExit(f"{path.name}:{number}: unknown tag {tag!r}")
    check(topics.values())
    return list(topics.values())


def add(topic, tag, text):
    if tag in LIST_FIELDS:
        getattr(topic, tag).extend(split_words([text]))
    elif tag == "kind":
        topic.kind = text
    elif tag == "key":
        topic.key = [words.split(" ~ ") for words in text.split(" & ")]
    else:
        fields = {"q": topic.questions, "l": topic.late, "a": topic.answers, "h": topic.held_back, "more": topic.more,
                  "default": topic.default}
        fields[tag].append(text)


def check(topics):
    """Every answer must contain the topic's own key facts, or the evaluation would be wrong."""
    problems = []
    for topic in topics:
        if not (topic.answers and topic.held_back and topic.key):
            problems.append(f"{topic.name}: lacks answers, held-back questions or a key")
        problems += [f"{topic.name}: key not in {answer!r}" for answer in topic.answers if not topic.is_right(answer)]
    if problems:
        raise SystemExit("\n".join(problems))
