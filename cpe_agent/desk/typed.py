"""What people type and paste into a box, before anybody reads it."""

from __future__ import annotations

import unicodedata

MOST = 200


def clean(typed: str) -> str:
    """One line of at most ``MOST`` characters, without the marks of direction that come with pasted text."""
    text = unicodedata.normalize("NFKC", typed[: 4 * MOST])
    return " ".join("".join(map(_seen, text)).split())[:MOST]


def _seen(c: str) -> str:
    kind = unicodedata.category(c)
    if c.isspace():
        return " "
    if kind[0] == "C":
        return ""
    return "-" if kind == "Pd" else "?" if c == "\u061f" else c  # every script's dashes; the Arabic question mark
