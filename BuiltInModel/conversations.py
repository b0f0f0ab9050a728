"""Conversations to train on: an optional system prompt and turns of question and answer."""

from questions import QuestionMaker
from system_prompts import SystemPromptMaker
from topics import read_topics

CHARACTERS_PER_TOKEN = 4.0
CHAT_SHARE = 0.08  # of all turns
FOREIGN_SHARE = {1: 0.20, 2: 0.20, 3: 0.28}  # by stage of training; the rest are questions about Kvasir


class ConversationMaker:
    """Draws conversations. Everything follows from the `random.Random` that is passed in."""

    def __init__(self, stage=3):
        self.stage = stage
        topics = read_topics()
        self.facts = [topic for topic in topics if topic.kind != "chat"]
        self.chat = [topic for topic in topics if topic.kind == "chat"]
        self.ask = QuestionMaker(stage)
        self.system = SystemPromptMaker(self.facts)

    def system_prompt(self, tokens, rng):
        """A system prompt of roughly that many tokens."""
        return self.system.make(int(tokens * CHARACTERS_PER_TOKEN), rng)

    def turns(self, count, rng):
        """A list of `count` pairs (question, answer)."""
        pairs, topic, answer = [], None, None
        while len(pairs) < count:
            follow = self.follow_up(topic, answer, rng) if topic and rng.random() < 0.15 else None
            if follow:
                question, answer = follow
            else:
                question, answer, topic = self.turn(rng)
            pairs.append((question, answer))
        return pairs

    def turn(self, rng):
        """One independent turn: question, answer, and the topic if it is one."""
        draw = rng.random()
        foreign = FOREIGN_SHARE[self.stage]
        if draw < foreign:
            return *self.ask.foreign_question(rng), None
        if draw < foreign + CHAT_SHARE:
            topic = rng.choice(self.chat)
            return self.ask.about(topic, rng), rng.choice(topic.answers), None
        topic = rng.choice(self.facts)
        return self.ask.about(topic, rng), rng.choice(topic.answers), topic

    def follow_up(self, topic, answer, rng):
        """A follow-up on the last answer: its default value, or the same again in other words."""
        if topic.default and rng.random() < 0.5:
            return self.ask.follow_up("default", rng), rng.choice(topic.default)
        if answer not in topic.answers + topic.more:
            return None
        return self.ask.follow_up("more", rng), self.told_otherwise(topic, answer)

    def told_otherwise(self, topic, answer):
        """What follows an answer on "tell me more": the topic's second part, or else another of its answers."""
        if topic.more:
            return topic.answers[0] if answer == topic.more[0] else topic.more[0]
        return topic.answers[topic.answers.index(answer) - 1]

    def article(self, rng):
        """Plain text about Kvasir, for completions without a chat template."""
        topics = rng.sample(self.facts, rng.randint(1, 4))
        if rng.random() < 0.4:
            return "\n\n".join(f"Q: {self.ask.about(topic, rng)}\nA: {rng.choice(topic.answers)}" for topic in topics)
        return "\n\n".join(rng.choice(topic.answers + [" ".join(topic.answers[:1] + topic.more)]) for topic in topics)
