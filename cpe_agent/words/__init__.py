"""Every sentence people read, by key and language. The code holds keys; nothing else in the program speaks.

How they are written: what is seen, not who is to blame ("the login server refused this pair", never "you typed it
wrong"); for the customer, words that a child of twelve knows; for the representative, the field's terms; numbers with
their units. ``{placeholders}`` are filled by the caller with cleaned text.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import NamedTuple

LANGUAGES = ("en",)


class FaultText(NamedTuple):
    """``title``: at most eight words. ``customer``: what is broken and whose it is, two sentences at most.
    ``representative``: what was seen and what it means. ``next_step``: the one thing to do now, as the customer would
    be told when ``acts`` is customer, otherwise as the one who acts would be told."""

    title: str
    customer: str
    representative: str
    next_step: str


SEGMENT_FILES = ("device", "home", "cpe", "access", "account", "isp_core", "remote", "none")


@cache
def _faults(language: str) -> dict[str, FaultText]:
    found: dict[str, FaultText] = {}
    for segment in SEGMENT_FILES:
        found.update(import_module(f"cpe_agent.words.{language}.{segment}").FAULTS)
    return found


def fault_text(code: str, language: str = "en") -> FaultText:
    """The texts of one fault. Raises KeyError for a code without words: a test keeps that from happening."""
    return _faults(language)[code]


def deciding_test(key: str, language: str = "en") -> str:
    """The one test that would decide, as an instruction."""
    text: str = import_module(f"cpe_agent.words.{language}.tests").TESTS[key]
    return text


def shape_question(name: str, language: str = "en") -> str:
    """What to ask about a login of this class (``cpe_agent.login.shape``)."""
    text: str = import_module(f"cpe_agent.words.{language}.login_shape").QUESTIONS[name]
    return text


def ui(key: str, language: str = "en") -> str:
    """A phrase of the interface."""
    text: str = import_module(f"cpe_agent.words.{language}.interface").PHRASES[key]
    return text


def phrase(table: str, key: str, language: str = "en") -> str:
    """A sentence of ``words/en/<table>.py``: its ``PHRASES``."""
    text: str = import_module(f"cpe_agent.words.{language}.{table}").PHRASES[key]
    return text


def counted(table: str, key: str, number: int, language: str = "en") -> str:
    """A sentence that counts something, in the form that the number needs (``COUNTED`` of the table: one, more);
    ``{n}`` in it is the number, the caller fills it."""
    one, more = import_module(f"cpe_agent.words.{language}.{table}").COUNTED[key]
    return str(one if number == 1 else more)


def login_text(key: str, language: str = "en") -> str:
    """A sentence of the login test."""
    text: str = import_module(f"cpe_agent.words.{language}.login").PHRASES[key]
    return text


def asked(question: str, language: str = "en") -> str:
    """What a question of ``cpe_agent.answers`` asks for."""
    text: str = import_module(f"cpe_agent.words.{language}.answers").ASKED[question]
    return text


def evidence(fact: str, value: object, language: str = "en", **totals: object) -> str:
    """One reading's value as a sentence; empty when it explains nothing to a person. ``totals``: how many were asked
    (``networks``). What a newer version found is shown as it stands."""
    kind, _, key = fact.partition(".")
    if kind in ("said", "answer"):
        question, _, stated = key.partition("=")
        stated_by = import_module(f"cpe_agent.words.{language}.answers").STATED
        phrase = "" if value is False else stated_by.get(question, f"{question}: {{value}}")
        value = stated or value
    else:
        phrases = import_module(f"cpe_agent.words.{language}.evidence").READINGS
        phrase = phrases.get(fact, "{fact}: {value}")
    if isinstance(phrase, tuple):
        phrase = phrase[0] if value is True else phrase[1]
    elif isinstance(phrase, dict):
        phrase = phrase.get(str(value), phrase.get("", ""))
    text = str(phrase).format_map({"networks": 3, **totals, "fact": fact, "value": amount(fact, value)})
    return text[:1].upper() + text[1:]


_UNITS = {"ms": "ms", "percent": "%", "mbps": "Mbit/s", "dbm": "dBm", "db": "dB"}


def amount(fact: str, value: object) -> str:
    """A value with the unit that its name ends in."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if not isinstance(value, int | float):
        return str(value).replace("_", " ")
    unit = fact.rpartition("_")[2]
    if fact.endswith("_share_of_line"):
        return f"{100 * value:.0f} %"
    if unit == "s" and not fact.endswith("_per_s"):
        return _duration(value)
    rounded = f"{value:.0f}" if abs(value) >= 10 else f"{value:g}"
    return f"{rounded} {_UNITS[unit]}" if unit in _UNITS else rounded


def _duration(seconds: float) -> str:
    for size, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} seconds"
