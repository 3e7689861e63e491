"""How text lies on a screen: width, colour, labelled paragraphs, the way from the computer to the Internet."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from cpe_agent.words import listed, ui

WIDTH = 96
NARROWEST, WIDEST = 40, 100
_INDENT = 20
_ROOM = 60  # a narrower screen has no room for a column of labels
SEGMENTS = ("device", "home", "cpe", "access", "account", "isp-core", "remote")
_COLOURS = {"broken": "31;1", "degraded": "33", "ok": "32", "unknown": "2", "head": "1"}


def width_of(columns: int) -> int:
    """What a screen of so many columns is used for: text wider than a page is no easier to read."""
    return min(WIDEST, max(NARROWEST, columns))


class Sheet:
    """Lines of text for one screen. ``colour``: only a terminal gets escape sequences. ``unicode`` False keeps to
    ASCII, for terminals that cannot draw more."""

    def __init__(self, *, language: str = "en", colour: bool = False, unicode: bool = True, width: int = WIDTH) -> None:
        self.language = language
        self.unicode = unicode
        self.width = width
        self._colour = colour
        self._lines: list[str] = []

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def ui(self, key: str) -> str:
        return ui(key, self.language)

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self._colour else text

    def gap(self) -> None:
        self._lines.append("")

    def line(self, *pieces: tuple[str, str] | str) -> None:
        """Pieces of one line, each plain or (text, colour); wrapped, and then plain, when they are too long."""
        pieces = tuple(printable(p) if isinstance(p, str) else (printable(p[0]), p[1]) for p in pieces)
        plain = "".join(p if isinstance(p, str) else p[0] for p in pieces)
        if len(plain) > self.width:
            self.say(plain)
        else:
            self._lines.append("".join(p if isinstance(p, str) else self.paint(*p) for p in pieces))

    def say(self, text: str, indent: int = 0) -> None:
        self._lines += self._wrap(text, indent)

    def row(self, label: str, *paragraphs: str) -> None:
        """A label's key and its paragraphs, each on a line of its own; nothing at all when all are empty."""
        head = self.ui(f"label.{label}")
        told = [p for p in paragraphs if p]
        if told and (self.width < _ROOM or len(head) >= _INDENT):
            self._lines.append(head)
            head = ""
        indent = _INDENT if self.width >= _ROOM else 2
        for paragraph in told:
            first, *rest = self._wrap(paragraph, indent)
            self._lines += [head.ljust(indent) + first[indent:], *rest]
            head = ""

    def _wrap(self, text: str, indent: int) -> list[str]:
        pad = " " * indent
        # A command must stay as it is typed: nothing is split at its hyphens.
        return textwrap.wrap(
            printable(text), self.width, initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False
        ) or [pad]

    def path(self, segments: Mapping[str, str]) -> None:
        """The way from the computer to the Internet, with the break drawn in."""
        wire, cut = ("──", "─╳") if self.unicode else ("--", "-X")
        names = {s: self.ui(f"segment.{s}") for s in SEGMENTS}
        states = {s: segments.get(s, "unknown") for s in SEGMENTS}
        words = {s: self.ui(f"state.{state}") for s, state in states.items()}
        sizes = {s: max(len(names[s]), len(words[s])) for s in SEGMENTS}
        if 2 + sum(sizes.values()) + 4 * (len(SEGMENTS) - 1) > self.width:
            widest = max(map(len, names.values()))
            self._lines += [f"  {names[s]:<{widest}}  {self.paint(words[s], states[s])}" for s in SEGMENTS]
            return
        top, below = "  ", "  "
        for i, s in enumerate(SEGMENTS):
            if i:
                top += f" {self.paint(cut, 'broken') if states[s] == 'broken' else wire} "
                below += " " * 4
            top += self.paint(names[s].center(sizes[s]), states[s])
            below += self.paint(words[s].center(sizes[s]), states[s])
        self._lines += [top, below.rstrip()]

    def demarcation(self, segments: Mapping[str, str]) -> None:
        """The same as one sentence: how far all is well, and what comes next."""
        well = []
        for s in SEGMENTS:
            state = segments.get(s, "unknown")
            if state != "ok":
                break
            well.append(self.ui(f"segment.{s}"))
        else:
            return
        works = self.ui("demarcation.works").format(segments=listed(well, self.language)) + " " if well else ""
        self.say(works + self.ui(f"demarcation.{state}").format(segment=self.ui(f"segment.{s}")), indent=2)


def printable(text: str) -> str:
    """Nothing in it that could steer a terminal: a report may come by mail. The isolates of our own right-to-left
    sentences are for a page; few terminals know them."""
    text = text.replace("\u2068", "").replace("\u2069", "")
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)
