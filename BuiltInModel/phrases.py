"""Reading the text files, and the small template language in them.

Files have `[section]` headings and `#` comment lines. In a template `{a|b|}` is a choice (it nests), `<name>` a
random entry of section `name`, `*` the topic's phrase and `#` (outside comments) a random digit.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
INNERMOST_CHOICE = re.compile(r"\{([^{}]*)\}")


def sections(path):
    """{section name: list of lines} of a text file; lines before the first heading are section ""."""
    found, name = {}, ""
    for line in (HERE / path).read_text().splitlines():
        if line.startswith("# ") or not line.strip():
            continue
        heading = re.fullmatch(r"\[([a-z0-9-]+)\]", line)
        if heading:
            name = heading.group(1)
            found[name] = []
        else:
            found.setdefault(name, []).append(line.strip())
    return found


def word_lists(table):
    """Splits the sections whose lines are `a | b | c` lists; other sections stay lists of lines."""
    def is_list(lines):
        return any(" | " in line for line in lines)

    return {name: split_words(lines) if is_list(lines) else lines for name, lines in table.items()}


def split_words(lines):
    """The entries of lines like `a | b | {c|d}`: only bars surrounded by spaces separate."""
    return [word.strip() for line in lines for word in line.split(" | ") if word.strip()]


def expand(template, rng, slots=None):
    """One random sentence of a template."""
    slots = slots or {}

    def fill(match):
        return rng.choice(slots[match.group(1)]) if match.group(1) in slots else match.group(0)

    text = template
    for _ in range(6):  # slots may contain slots
        if "<" not in text:
            break
        text = re.sub(r"<([a-z-]+)>", fill, text)
    while INNERMOST_CHOICE.search(text):
        text = INNERMOST_CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), text)
    return re.sub(r" +", " ", text).strip()


def fill_digits(text, rng):
    """Replaces every # by a digit; numbers do not begin with 0."""
    digits = re.sub(r"(?<!#)#", lambda _: str(rng.randint(1, 9)), text)
    return re.sub("#", lambda _: str(rng.randint(0, 9)), digits)
