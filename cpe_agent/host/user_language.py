"""The language of the user's desktop, where it does not stand in the environment."""

from __future__ import annotations

import re
import sys

# Primary language identifiers of [MS-LCID], 2.2: the low ten bits of a language identifier.
_PRIMARY = {0x01: "ar", 0x09: "en", 0x0D: "he", 0x19: "ru"}


def user_language() -> str | None:
    """A language tag; None when the system does not say, or says one we do not know."""
    if sys.platform == "win32":
        import ctypes

        return of_windows(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    if sys.platform == "darwin":
        from cpe_agent.host.program import run

        ran = run("defaults", "read", "-g", "AppleLanguages")
        return None if ran is None or ran.status != 0 else of_macos(ran.text)
    return None


def of_windows(identifier: int) -> str | None:
    return _PRIMARY.get(identifier & 0x3FF)


def of_macos(text: str) -> str | None:
    """The first of a property list such as ``( "he-IL", "en-IL" )``."""
    found = re.search(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*", text)
    return None if found is None else found[0]
