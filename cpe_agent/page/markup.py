"""HTML out of Python, and the only place where text could become markup.

``tag`` makes an element. A string among its children is text and is escaped; only ``Markup`` stands as it is, and only
this file makes any. Names of elements and attributes are the program's own words and are held against a list, so that
a mistake fails in a test and not in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Markup(NamedTuple):
    """HTML that is safe to show."""

    html: str


VOID = frozenset({"meta", "input"})
TAGS = VOID | {
    "html", "head", "title", "body", "header", "main", "footer", "section", "h1", "h2", "h3", "p", "div", "span", "bdi",
    "strong", "code", "time", "ol", "ul", "li", "dl", "dt", "dd", "details", "summary", "form", "button", "label", "a",
    "noscript", "svg", "path", "circle",
}  # fmt: skip
RAW = frozenset({"style", "script"})
"""Elements whose text is no text to a browser: the program's own constants alone go in there (``constant``)."""

_ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z-]*")
_LINK = re.compile(r"#[\w-]+|tel:[+0-9*]+")
# What HTML cannot carry as text (NUL, lone surrogates), changes on the way (a carriage return), or nobody can read.
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NAMED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escaped(text: str) -> str:
    """``text`` as HTML shows it again, in an element or between the quotes of an attribute."""
    return _UNSHOWABLE.sub("\ufffd", text).translate(_NAMED)


def tag(name: str, attributes: dict[str, object] | None = None, /, *children: object) -> Markup:
    """One element. An attribute of True stands alone, one of None or False is left out, anything else is its text.
    Raises ValueError for a name or a link that is none of ours."""
    if name not in TAGS:
        raise ValueError(f"no element of this page: {name!r}")
    opened = f"<{name}{_attributes(attributes or {})}>"
    return Markup(opened if name in VOID else f"{opened}{together(*children).html}</{name}>")


def constant(name: str, text: str, nonce: str) -> Markup:
    """A style or script of the program's own; nothing that was measured goes in here."""
    if name not in RAW or "</" in text or "<!--" in text:
        raise ValueError(f"no {name} of this page")
    return Markup(f"<{name}{_attributes({'nonce': nonce})}>{text}</{name}>")


def together(*children: object) -> Markup:
    """Children one after another; None and False are nothing."""
    found: list[str] = []
    _gather(children, found)
    return Markup("".join(found))


def _gather(children: Iterable[object], found: list[str]) -> None:
    for child in children:
        if isinstance(child, Markup):  # before tuples: it is one
            found.append(child.html)
        elif isinstance(child, str):
            found.append(escaped(child))
        elif child is None or child is False:
            continue
        elif isinstance(child, int):
            found.append(str(child))
        elif isinstance(child, Iterable) and not isinstance(child, bytes):
            _gather(child, found)
        else:
            raise TypeError(f"neither text nor markup: {type(child).__name__}")


def _attributes(attributes: dict[str, object]) -> str:
    told = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        plain = name.lower()
        if not _ATTRIBUTE.fullmatch(name) or plain.startswith("on") or plain in ("style", "src", "srcdoc"):
            raise ValueError(f"no attribute of this page: {name!r}")
        if plain in ("href", "formaction") and not _LINK.fullmatch(str(value)):
            raise ValueError(f"no link of this page: {value!r}")
        told.append(f" {name}" if value is True else f' {name}="{escaped(str(value))}"')
    return "".join(told)


_PICTURE = re.compile(
    r'<svg(?: (?!on)[\w:-]+="[^"<>]*")+><title>[^<>]*</title>'
    r'(?:<path fill="#[0-9a-f]{3,6}" d="[MHVZLmhvzl0-9 .,-]*"/>)+</svg>'
)


def picture(svg: str) -> Markup:
    """A picture of plain areas that another part of the program made as SVG text. Raises ValueError when it is more."""
    if not _PICTURE.fullmatch(svg):
        raise ValueError("no picture of plain areas")
    return Markup(svg)
