#!/usr/bin/env python3
"""Makes the golden files of the Jinja module's tests with Python's jinja2 (3.1), set up as transformers does.

Usage: python3 Tools/jinja/make_goldens.py        (needs: pip install jinja2)
Writes Tests/JinjaTests/Fixtures/{templates,snippets}.json.
"""
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chat_templates import CONVERSATIONS, TEMPLATES
from snippets import CONTEXT, SNIPPETS

NOW = datetime.datetime(2026, 3, 5, 14, 7, 9)
OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "JinjaTests" / "Fixtures"


class Generation(jinja2.ext.Extension):
    """The tag `generation`: runs its body as the body of a call block and passes the text on."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        call = self.call_method("_passthrough")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _passthrough(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def render(source, context):
    """The text, or {"error": message} when Python fails."""
    try:
        return environment().from_string(source).render(**context)
    except Exception as error:  # noqa: BLE001  whatever Python raises is the answer
        return {"error": f"{type(error).__name__}: {error}"}


def write(name, data):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (OUT / name).write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {len(text)} bytes")


def main():
    results = {name: [render(source, c) for c in CONVERSATIONS] for name, source in TEMPLATES.items()}
    write("templates.json", {"templates": TEMPLATES, "conversations": CONVERSATIONS, "results": results})
    write("snippets.json", {"context": CONTEXT, "snippets": [[s, render(s, CONTEXT)] for s in SNIPPETS]})


if __name__ == "__main__":
    main()
