"""Every sentence people read, by key and language. The code holds keys; nothing else in the program speaks.

How they are written: what is seen, not who is to blame ("the login server refused this pair", never "you typed it
wrong"); for the customer, words that a child of twelve knows; for the representative, the field's terms; numbers with
their units. ``{placeholders}`` are filled by the caller with cleaned text.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from gettext import GNUTranslations

LANGUAGES = ("he", "en", "ar", "ru")
RIGHT_TO_LEFT = ("he", "ar")
SOURCE = "en"  # the language that the tables are written in


class FaultText(NamedTuple):
    """``title``: at most eight words. ``customer``: what is broken and whose it is, two sentences at most.
    ``representative``: what was seen and what it means. ``next_step``: the one thing to do now, as the customer would
    be told when ``acts`` is customer, otherwise as the one who acts would be told."""

    title: str
    customer: str
    representative: str
    next_step: str


SEGMENT_FILES = ("device", "home", "cpe", "access", "account", "isp_core", "remote", "none")


DESK = "desk"
"""The part of the words that only the desk shows: the tables ``desk_*``, with catalogues of their own, because the
customer's program carries none of them."""


def part_of(name: str) -> str:
    """The part that a table belongs to: ``DESK`` or, for everything else, the empty one."""
    return DESK if name.startswith("desk_") else ""


def _catalogue(language: str, name: str) -> GNUTranslations:
    from cpe_agent.words.catalogue import opened  # English needs none

    return opened(language, part_of(name))


@cache
def table(name: str, attribute: str, language: str = SOURCE) -> dict[str, Any]:
    """A table of ``words/en/<name>.py`` in a language; what has no translation yet stays English."""
    english: dict[str, Any] = getattr(import_module(f"cpe_agent.words.{SOURCE}.{name}"), attribute)
    if language == SOURCE:
        return english
    say = _catalogue(language, name).pgettext
    return {key: _said(value, f"{name}.{attribute}.{key}", say) for key, value in english.items()}


def _said(value: Any, context: str, say: Callable[[str, str], str]) -> Any:
    """A value of a table with every sentence in it translated: a text, a fault's texts, one for yes and one for no, or
    one a value."""
    if isinstance(value, str):
        return say(context, value) if value else ""
    if isinstance(value, FaultText):
        return FaultText(*(say(f"{context}.{field}", text) for field, text in value._asdict().items()))
    if isinstance(value, dict):
        return {key: _said(inner, f"{context}={key}", say) for key, inner in value.items()}
    return tuple(_said(inner, f"{context}={name}", say) for name, inner in zip(("yes", "no"), value, strict=True))


def sentences(name: str, attribute: str) -> dict[str, str]:
    """Every sentence of a table by the context that its translation is filed under."""
    found: dict[str, str] = {}

    def note(context: str, text: str) -> str:
        found[context] = text
        return text

    for key, value in table(name, attribute).items():
        _said(value, f"{name}.{attribute}.{key}", note)
    return found


@cache
def _faults(language: str) -> dict[str, FaultText]:
    found: dict[str, FaultText] = {}
    for segment in SEGMENT_FILES:
        found.update(table(segment, "FAULTS", language))
    return found


def fault_text(code: str, language: str = SOURCE) -> FaultText:
    """The texts of one fault. Raises KeyError for a code without words: a test keeps that from happening."""
    return _faults(language)[code]


def deciding_test(key: str, language: str = SOURCE) -> str:
    """The one test that would decide, as an instruction."""
    text: str = table("tests", "TESTS", language)[key]
    return text


def shape_question(name: str, language: str = SOURCE) -> str:
    """What to ask about a login of this class (``cpe_agent.login.shape``)."""
    text: str = table("login_shape", "QUESTIONS", language)[name]
    return text


def phrase(name: str, key: str, language: str = SOURCE) -> str:
    """A sentence of ``words/en/<name>.py``: its ``PHRASES``."""
    text: str = table(name, "PHRASES", language)[key]
    return text


def ui(key: str, language: str = SOURCE) -> str:
    """A phrase of the interface."""
    return phrase("interface", key, language)


def login_text(key: str, language: str = SOURCE) -> str:
    """A sentence of the login test."""
    return phrase("login", key, language)


def counted(name: str, key: str, number: int, language: str = SOURCE) -> str:
    """A sentence that counts something, in the form that the language has for this number; the caller fills ``{n}``.
    English stands in ``COUNTED`` of the table, as the form for one and the form for more."""
    one, more = table(name, "COUNTED")[key]
    if language == SOURCE:
        return str(one if number == 1 else more)
    return _catalogue(language, name).npgettext(f"{name}.COUNTED.{key}", one, more, number)


def asked(question: str, language: str = SOURCE) -> str:
    """What a question of ``cpe_agent.answers`` asks for."""
    text: str = table("answers", "ASKED", language)[question]
    return text


def listed(items: Iterable[str], language: str = SOURCE, *, apart: bool = False) -> str:
    """Words in a row, joined as the language joins them; ``apart`` for whole sentences."""
    words = list(items)
    joint = phrase("values", "apart" if apart else "listed", language)
    joint = joint.replace("\u2068", "").replace("\u2069", "")  # an isolate in an isolate for every word is no help
    row = words.pop() if words else ""
    for first in reversed(words):
        row = joint.format(first=first, rest=row)
    return row


def right_to_left(language: str) -> bool:
    return language in RIGHT_TO_LEFT


def evidence(fact: str, value: object, language: str = "en", **totals: object) -> str:
    """One reading's value as a sentence; empty when it explains nothing to a person. ``totals``: how many were asked
    (``networks``). What a newer version found is shown as it stands."""
    kind, _, key = fact.partition(".")
    if kind in ("said", "answer"):
        question, _, stated = key.partition("=")
        words = "" if value is False else table("answers", "STATED", language).get(question, f"{question}: {{value}}")
        value = stated or value
    else:
        words = table("evidence", "READINGS", language).get(fact, "{fact}: {value}")
    if isinstance(words, tuple):
        words = words[0] if value is True else words[1]
    elif isinstance(words, dict):
        words = words.get(str(value), words.get("", ""))
    text = str(words).format_map({"networks": 3, **totals, "fact": fact, "value": amount(fact, value, language)})
    return text[:1].upper() + text[1:]


_UNITS = ("ms", "percent", "mbps", "dbm", "db")


def amount(fact: str, value: object, language: str = SOURCE) -> str:
    """A value with the unit that its name ends in."""
    if isinstance(value, bool):
        return phrase("values", "yes" if value else "no", language)
    if isinstance(value, list | tuple):
        return listed(map(str, value), language) or phrase("values", "none", language)
    if not isinstance(value, int | float):
        return str(table("values", "PHRASES", language).get(str(value), str(value).replace("_", " ")))
    unit = fact.rpartition("_")[2]
    if fact.endswith("_share_of_line"):
        return phrase("values", "unit.percent", language).format(n=f"{100 * value:.0f}")
    if unit == "s" and not fact.endswith("_per_s"):
        return duration(value, language)
    rounded = f"{value:.0f}" if abs(value) >= 10 else f"{value:g}"
    return phrase("values", f"unit.{unit}", language).format(n=rounded) if unit in _UNITS else rounded


def duration(seconds: float, language: str = SOURCE) -> str:
    """So many seconds, minutes, hours or days: the largest unit of which there are two."""
    sizes = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    unit = next((unit for unit, size in sizes.items() if abs(seconds) >= 2 * size), "seconds")
    number = round(seconds / sizes[unit])
    return counted("values", unit, abs(number), language).format(n=number)
