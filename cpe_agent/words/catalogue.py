"""The translations: one gettext catalogue a language and part, filed under the context of the sentence.

The English sentence is the message and its place in the tables the context, so that a sentence that changes in English
is known to need its translation anew (``python -m docs.words``).
"""

from __future__ import annotations

import re
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from cpe_agent.words import RIGHT_TO_LEFT

FOLDER = Path(__file__).parent / "translations"
# What is filled in, and an option that no command's name stands before: its hyphens would come out behind it. A whole
# command is left as it is, so that it can be copied.
_OWN_DIRECTION = re.compile(r"\{[^{}]*\}|(?<![a-z] )--[a-z][a-z-]*")
# An address or a code in a sentence keeps its own direction between a first strong isolate and its end (UAX 9).
_ISOLATED = "\u2068\\g<0>\u2069"


def file_name(language: str, part: str = "") -> str:
    """Of a catalogue, without its suffix: ``he``, ``desk-he``."""
    return f"{part}-{language}" if part else language


@cache
def opened(language: str, part: str = "") -> GNUTranslations:
    """The catalogue of a language. Raises OSError for one that has none."""
    with (FOLDER / f"{file_name(language, part)}.mo").open("rb") as file:
        return _RightToLeft(file) if language in RIGHT_TO_LEFT else GNUTranslations(file)


class _RightToLeft(GNUTranslations):
    """What is filled into a sentence stands isolated in it, and so does an option."""

    def pgettext(self, context: str, message: str) -> str:
        return _OWN_DIRECTION.sub(_ISOLATED, super().pgettext(context, message))

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return _OWN_DIRECTION.sub(_ISOLATED, super().npgettext(context, msgid1, msgid2, n))
