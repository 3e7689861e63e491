"""The templates and what they can say. Text that is filled in is escaped, always; nothing marks itself as safe but the
drawings that this program makes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cpe_agent.desk.card.visible import INKLESS
from cpe_agent.page.speech import OWN_NAMES
from cpe_agent.words import LANGUAGES, counted, phrase, right_to_left, table, ui

HERE = Path(__file__).parent
_INVISIBLE = dict.fromkeys(
    [*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
     *range(0x2060, 0x2070), 0xFEFF, *range(0xD800, 0xE000), *map(ord, INKLESS)],
    "\ufffd",
)  # fmt: skip
del _INVISIBLE[0x09], _INVISIBLE[0x0A]


class Words:
    """The interface's language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.direction = "rtl" if right_to_left(language) else "ltr"

    def say(self, area: str, key: str, /, **fill: object) -> str:
        """A sentence of ``words/en/desk_<area>.py``."""
        return phrase(f"desk_{area}", key, self.language).format(**fill)

    def count(self, area: str, key: str, number: int, /, **fill: object) -> str:
        return counted(f"desk_{area}", key, number, self.language).format(n=number, **fill)

    def ui(self, key: str, /, **fill: object) -> str:
        """A phrase that the customer's program has too."""
        return ui(key, self.language).format(**fill)

    def did(self, what: str) -> str:
        """What the audit calls something, in words; the name itself for one of another version."""
        return self.say("people", f"did.{what}") if f"did.{what}" in table("desk_people", "PHRASES") else what

    def language_name(self, language: str) -> str:
        return OWN_NAMES.get(language, language)


def shown(text: object) -> str:
    """Text from outside with what nobody can see in it made visible."""
    return str(text).translate(_INVISIBLE)


def moment(seconds: float) -> str:
    """A time as people at a desk read it; UTC, because a desk's rooms need not be in one zone."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


@cache
def _drawing(name: str, kind: str) -> Markup:
    from cpe_agent.page.drawings import drawing

    return Markup(drawing(name, kind).html)  # noqa: S704 - strokes of the program's own


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {"shown": shown, "moment": moment}
    found.globals |= {"drawing": _drawing, "languages": LANGUAGES}
    return found


def rendered(template: str, language: str, /, **context: Any) -> str:
    """A template as HTML. Half of a surrogate pair, which a report's JSON may hold, is no character: no encoding has
    it, and one that got here must not take the page away."""
    html = environment().get_template(template).render(w=Words(language), **context)
    return html.encode("utf-8", "replace").decode()
