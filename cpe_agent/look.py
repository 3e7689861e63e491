"""How a provider's own build looks: the tables [look] and [text] of its profile (docs/packaging.md)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cpe_agent.words import LANGUAGES

MOST_NAME = 40
_NO_FILE = '/\\:*?"<>|;%'  # the name of an .app and of a menu entry is made of it
_MAIL = r"(?:[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)?"
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text of normal size
GROUNDS = {"accent": ("#ffffff", "#e8f0fa", "#f3f5f8"), "accent_dark": ("#0b2440", "#1c222b", "#22303f")}
"""What stands on each colour, or it on them: the page's own colours (``page/page.css``)."""


class BadLook(ValueError):
    """The message names the key and what is expected there."""


class Look(NamedTuple):
    """``name``: of the program; ``icon``: an SVG file, relative to the profile; ``accent``: on light and on dark
    ground; ``languages``: those that are offered, the first for who reads none of them; ``contact``: the mail address
    of who answers for the build. Empty: the program's own, or nobody's."""

    name: str = ""
    icon: str = ""
    accent: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    contact: str = ""


def parse_look(tables: dict[str, Any]) -> Look:
    """Raises ``BadLook``."""
    look, text = tables.get("look", {}), tables.get("text", {})
    name, icon = look.get("name", ""), look.get("icon", "")
    if not isinstance(name, str) or len(name) > MOST_NAME or not name.isprintable() or set(name) & set(_NO_FILE):
        raise BadLook(f"look.name: text of at most {MOST_NAME} visible characters is expected, none of {_NO_FILE}")
    if not isinstance(icon, str) or not icon.isprintable() or (icon and not icon.endswith(".svg")):
        raise BadLook("look.icon: the name of an .svg file beside the profile is expected")
    accent = tuple(_colour(key, look[key]) for key in GROUNDS if key in look)
    if len(accent) == 1:
        raise BadLook("look.accent and look.accent_dark belong together: one for light ground, one for dark")
    contact = look.get("contact", "")
    if not isinstance(contact, str) or not re.fullmatch(_MAIL, contact):
        raise BadLook("look.contact: a mail address like support@isp.example is expected")
    languages = text.get("languages", [])
    if "languages" in text and not languages:
        raise BadLook("text.languages: at least one is expected; without this line all are offered")
    if not isinstance(languages, list) or len(set(map(str, languages))) != len(languages):
        raise BadLook("text.languages: a list, each language once, is expected")
    for language in languages:
        if language not in LANGUAGES:
            raise BadLook(f"text.languages: {language!r} is none of {', '.join(LANGUAGES)}")
    return Look(name.strip(), icon, accent, tuple(languages), contact)


def _colour(key: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise BadLook(f"look.{key}: a colour like #0b57a4 is expected")
    for ground in GROUNDS[key]:
        found = contrast(value, ground)
        if found < LEAST_CONTRAST:
            raise BadLook(
                f"look.{key}: {value} has a contrast of {found:.1f} with the page's {ground}; people with weak eyes "
                f"need {LEAST_CONTRAST:g}"
            )
    return value


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: the contrast ratio, 1 to 21, of two colours ``#rrggbb``."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
