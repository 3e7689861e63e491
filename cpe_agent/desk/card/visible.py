"""Text that others chose (names of networks, hosts, routers, people), made fit to stand among our own sentences.

Whatever cannot be seen is spelled out: a name that turns a line around, or that only looks like another one, is told
from an honest one. HTML is the templates' affair (autoescape); this is about what a reader's eyes are shown.
"""

from __future__ import annotations

import json
import re
import unicodedata

MOST = 160
INKLESS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters and marks that leave no ink
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN = re.compile(r"[ -~]*")
_TURNING = frozenset({"R", "AL", "AN"})
FIRST_STRONG, END = "\u2068", "\u2069"  # an isolate of UAX 9


def visible(text: str, most: int = MOST) -> str:
    """``text`` with every character that cannot be seen written as ``[U+202E]``, and cut after ``most`` characters."""
    text, rest = text[:most], len(text) - most
    if not _PLAIN.fullmatch(text):
        text = "".join(f"[U+{ord(c):04X}]" if _unseen(c) else c for c in text)
    return f"{text}… (+{rest})" if rest > 0 else text


def _unseen(char: str) -> bool:
    return char in INKLESS or unicodedata.category(char) in _HIDDEN or "\ufe00" <= char <= "\ufe0f"


def isolated(text: str) -> str:
    """Text that would turn the sentence around it, kept to itself."""
    if any(unicodedata.bidirectional(c) in _TURNING for c in text):
        return f"{FIRST_STRONG}{text}{END}"
    return text


_MOST_ITEMS = 6
_MOST_NUMBER = 10**15


def tame(value: object, most: int = MOST) -> object:
    """A value of a report as something that can be worded: what is true, false, a number or none stays; texts are made
    visible, lists are shortened, anything else and numbers beyond reason become text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < _MOST_NUMBER else visible(_spelled(value), most)
    if isinstance(value, str):
        return visible(value, most)
    if isinstance(value, list | tuple):
        told = [str(tame(item, most)) for item in value[:_MOST_ITEMS]]
        return [*told, "…"] if len(value) > _MOST_ITEMS else told
    return visible(json.dumps(value, ensure_ascii=False, default=str), most)


def _spelled(number: float) -> str:
    try:
        return f"{number:e}"
    except OverflowError:  # an integer beyond any float
        return "…"


def figure(number: float) -> str:
    """A number of a report with three digits that matter."""
    return f"{number:.3g}" if abs(number) < _MOST_NUMBER else _spelled(number)
