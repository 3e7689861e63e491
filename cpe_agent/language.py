"""Which language this computer's user reads."""

from __future__ import annotations

import os
import sys

from cpe_agent.packed import packed
from cpe_agent.words import LANGUAGES, SOURCE

_OTHER_NAMES = {"iw": "he"}  # ISO 639 called it so until 1989; Java and old systems still do


def system_language() -> str:
    """One of those that are offered; their first, or English, when it is another one or cannot be told."""
    if sys.platform in ("win32", "darwin"):
        from cpe_agent.host.user_language import user_language

        found = of_tag(user_language() or "")
    else:
        found = of_environment(os.environ)
    own = packed().languages
    return (found if found in (own or LANGUAGES) else None) or (own[0] if own else SOURCE)


def of_environment(environment: os._Environ[str] | dict[str, str]) -> str | None:
    """POSIX (Base Definitions, 8.2): the first of LC_ALL, LC_MESSAGES and LANG that is set and not empty decides."""
    value = next((v for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := environment.get(name))), "")
    return of_tag(value)


def of_tag(tag: str) -> str | None:
    """``he_IL.UTF-8``, ``ru-RU``, ``iw`` to one that there are words in; None for any other."""
    word = tag.replace("-", "_").partition("_")[0].partition(".")[0].partition("@")[0].lower()
    word = _OTHER_NAMES.get(word, word)
    return word if word in LANGUAGES else None


def spoken(wanted: str | None) -> str:
    """``wanted``, one that there are words in, or else the system's language."""
    return wanted or system_language()
