"""Every field of a report with its value, to read before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cpe_agent.page.markup import Markup, tag, together
from cpe_agent.page.meaning import meaning
from cpe_agent.page.speech import Speech, left_to_right
from cpe_agent.words import listed

_ABOUT = ("id", "started", "seconds", "case", "complaint", "profile", "spoken_code", "client", "schema")


@lru_cache(maxsize=2)  # a thousand rows; the page is drawn anew after every change, the report stays
def fields(report: bytes, language: str, title: str, kind: str) -> Markup:
    """A closed list; one part for the check itself, one for what was found, one for each thing measured. It is made
    from the bytes that are sent, so that nothing can be in them and not here."""
    speech = Speech(language)
    plain = json.loads(report)
    sections = plain.pop("sections")
    steps, diagnosis = plain.pop("steps"), plain.pop("diagnosis")
    about = {key: plain.pop(key) for key in _ABOUT if key in plain}
    say = speech.say
    parts = [
        _part(speech, "report", say("fields.report"), {**about, **plain}),
        _part(speech, "diagnosis", say("fields.diagnosis"), {"diagnosis": diagnosis}),
        _part(speech, "steps", say("fields.steps"), {"steps": steps}),
    ]
    for name, content in sections.items():
        try:
            title_ = speech.ui(f"section.{name}")
        except KeyError:
            title_ = name
        parts.append(_part(speech, f"section-{name}", title_[:1].upper() + title_[1:], {"section": content}))
    return tag(
        "details",
        {"class": kind, "id": "d-fields"},
        tag("summary", None, title),
        tag("p", {"class": "hint"}, say("fields.empty")),
        *parts,
    )


def _part(speech: Speech, name: str, title: str, content: Any) -> Markup | None:
    rows = [(path, value) for path, value in _leaves("", content) if value not in (None, "", [], {})]
    if not rows:
        return None
    shown = (
        tag("div", None, tag("dt", None, _label(speech, path)), tag("dd", None, _value(speech, path, value)))
        for path, value in rows
    )
    count = tag("span", {"class": "hint"}, speech.count("fields.rows", len(rows)))
    return tag(
        "details",
        {"class": "part", "id": f"d-{name}"},
        tag("summary", None, title, " ", count),
        tag("dl", {"class": "values"}, *shown),
    )


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value with the names that lead to it; a list of plain values is one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for number, inner in enumerate(value, 1):
            yield from _leaves(f"{path} {number}", inner)
    else:
        yield path, value


def _label(speech: Speech, path: str) -> Markup | str:
    if speech.has(f"field.{path}"):
        return speech.say(f"field.{path}")
    return left_to_right(path.removeprefix("section.").removeprefix("content."), "code")


def _value(speech: Speech, path: str, value: Any) -> Markup | str:
    """Beside its words stands what is sent, as it is sent."""
    if isinstance(value, bool):
        return speech.say("yes" if value else "no")
    if isinstance(value, list):
        return _told(listed(_meanings(speech, path, value), speech.language), ", ".join(map(str, value)))
    if isinstance(value, str):
        means = _meanings(speech, path, [value])
        return _told(means[0], value) if means else tag("bdi", None, value)
    return left_to_right(str(value))


def _meanings(speech: Speech, path: str, values: list[Any]) -> list[str]:
    """The words of every value; none unless all have some."""
    found = [meaning(speech, path, value) for value in values if isinstance(value, str)]
    known = [words for words in found if words]
    return known if len(known) == len(values) else []


def _told(words: str, code: str) -> Markup:
    sent = left_to_right(code, "code")
    return together(words, " ", sent) if words and words != code else left_to_right(code)
