"""Names that people choose: cleaned for the eye, folded for finding."""

from __future__ import annotations

import unicodedata

MOST = 80


class BadName(ValueError):
    """Too long, empty, or with characters that nobody sees."""


def cleaned(text: str) -> str:
    """As it is shown: composed, without space around it and no runs of it inside. Raises BadName."""
    name = " ".join(unicodedata.normalize("NFKC", text[: 4 * MOST]).split())
    if not name or len(name) > MOST or any(unicodedata.category(c)[0] == "C" for c in name):
        raise BadName(text)
    return name


def folded(text: str) -> str:
    """As it is looked for: ``Dana`` and ``DANA`` are one. Raises BadName."""
    name = unicodedata.normalize("NFKC", cleaned(text).casefold())
    if len(name) > MOST:
        raise BadName(text)
    return name
