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


def login_text(key: str, language: str = "en") -> str:
    """A sentence of the login test."""
    text: str = import_module(f"cpe_agent.words.{language}.login").PHRASES[key]
    return text
