"""The page's words in one language, with what is filled in kept apart from them.

Whatever fills a placeholder (a provider's name, an address, a number) is put into an element of its own, isolated from
the direction of the sentence around it: a Latin name in a Hebrew sentence, or a name that tries to turn it around,
cannot change what the rest says.
"""

from __future__ import annotations

import re
import time

from cpe_agent import words
from cpe_agent.page.markup import Markup, tag, together

OWN_NAMES = {"he": "עברית", "ar": "العربية", "en": "English", "ru": "Русский"}
"""The languages the page may be switched to, each by its own name and in this order."""

_PLACE = re.compile(r"\{(\w+)\}")


class Speech:
    """Every method gives text of ``words``; ``language`` as there."""

    def __init__(self, language: str) -> None:
        self.language = language

    @property
    def direction(self) -> str:
        return "rtl" if words.right_to_left(self.language) else "ltr"

    def say(self, key: str) -> str:
        """A sentence of the page without placeholders."""
        return words.phrase("page", key, self.language)

    def fill(self, key: str, /, **values: object) -> Markup:
        """A sentence of the page; text that fills it is isolated, markup stands as it is."""
        return filled(self.say(key), values)

    def count(self, key: str, number: int, **values: object) -> Markup:
        return filled(words.counted("page", key, number, self.language), {"n": str(number), **values})

    def has(self, key: str) -> bool:
        try:
            self.say(key)
        except KeyError:
            return False
        return True

    def ui(self, key: str) -> str:
        return words.ui(key, self.language)

    def fault(self, code: str) -> words.FaultText | None:
        """None for a fault of a newer version."""
        try:
            return words.fault_text(code, self.language)
        except KeyError:
            return None

    def step(self, name: str) -> str:
        """What was done, in the past; the name itself for one of a newer version."""
        try:
            return words.phrase("steps", name, self.language)
        except KeyError:
            return name


def filled(text: str, values: dict[str, object]) -> Markup:
    """``text`` with every ``{name}`` replaced by its value in a ``<bdi>``."""
    pieces = _PLACE.split(text)  # words and names take turns
    return together(*(_value(values[piece]) if number % 2 else piece for number, piece in enumerate(pieces)))


def _value(value: object) -> Markup:
    return value if isinstance(value, Markup) else tag("bdi", None, str(value))


def left_to_right(text: str, element: str = "bdi", **attributes: object) -> Markup:
    """Addresses, codes, numbers and versions: read from the left in every language."""
    return tag(element, {"dir": "ltr", **attributes}, text)


def moment(utc: str, *, beside: str | None = None) -> Markup:
    """A time of RFC 3339 in UTC as the clock of this computer shows it, with its day unless that is the day of
    ``beside``."""
    seconds, other = _seconds(utc), None if beside is None else _seconds(beside)
    if seconds is None:
        return left_to_right(utc)
    day, clock = (time.strftime(form, time.localtime(seconds)) for form in ("%Y-%m-%d", "%H:%M"))
    same = other is not None and time.strftime("%Y-%m-%d", time.localtime(other)) == day
    return tag("time", {"datetime": utc, "dir": "ltr"}, clock if same else f"{day} {clock}")


def _seconds(utc: str) -> int | None:
    try:
        import calendar

        return calendar.timegm(time.strptime(utc[:19], "%Y-%m-%dT%H:%M:%S"))
    except (ValueError, OverflowError):
        return None
