"""Keyboards on which an English text is typed by mistake: what each key writes beside what the same key writes in
English (US). Hebrew is SI 1452, Arabic the 101-key layout, Russian ЙЦУКЕН; capital letters where a layout has them.
"""

from __future__ import annotations

from typing import NamedTuple


class Layout(NamedTuple):
    """``letters``: what only this layout writes -> the English key. ``marks``: ASCII characters that stand on another
    key here -> the English key. ``pairs``: keys that write two characters."""

    letters: dict[int, str]
    marks: dict[int, str]
    pairs: dict[str, str]
    keys: dict[int, str]  # the way back: English key -> what this layout writes

    def in_english(self, text: str, *, marks: bool) -> str:
        """What the same keys write in English. With ``marks`` the punctuation counts as typed on this layout too."""
        for pair, key in self.pairs.items():
            text = text.replace(pair, key)
        return text.translate(self.letters | self.marks if marks else self.letters)

    def typed(self, text: str) -> str:
        """What an English ``text`` becomes with this layout on."""
        return text.translate(self.keys)


def _layout(english: str, written: str, pairs: dict[str, str] | None = None) -> Layout:
    letters: dict[int, str] = {}
    marks: dict[int, str] = {}
    keys = {ord(key): text for text, key in (pairs or {}).items()}
    for key, char in zip(english, written, strict=True):
        (marks if char.isascii() else letters)[ord(char)] = key
        keys[ord(key)] = char
    return Layout(letters, marks, pairs or {}, keys)


_RUSSIAN = ("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё")

LAYOUTS: dict[str, Layout] = {
    "hebrew": _layout("qwertyuiopasdfghjkl;'zxcvbnm,./`", "/'קראטוןםפשדגכעיחלךף,זסבהנמצתץ.;"),
    "arabic": _layout("qwertyuiop[]asdfghjkl;'zxcvnm,./`", "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ", {"لا": "b"}),
    # With Shift, the key of @ writes a quotation mark, and the one of the full stop a comma.
    "russian": _layout(
        _RUSSIAN[0] + _RUSSIAN[0].translate(str.maketrans("[];',.`", '{}:"<>~')).upper() + "@/",
        _RUSSIAN[1] + _RUSSIAN[1].upper() + '".',
    ),
}
