"""``cpe-agent qr`` and ``run --qr``: a report as pictures on the terminal or in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent import canonical
from cpe_agent.deliver.qr import QUIET, Frame, frames, modules, png, svg
from cpe_agent.words import phrase

if TYPE_CHECKING:
    from cpe_agent.profile import Desk
    from cpe_agent.report import Report

FILE_MODULE_PX = 8
KINDS = (".svg", ".png")
# dark above, dark below -> what a character cell shows in black on white
_CELLS = {(0, 0): " ", (0, 1): "▄", (1, 0): "▀", (1, 1): "█"}
_BLACK_ON_WHITE, _PLAIN = "\x1b[30;107m", "\x1b[0m"


class CannotShow(ValueError):
    """This terminal or file cannot hold the picture; the message says what can."""


def sealed(data: bytes) -> bytes:
    """A report's file as the canonical bytes that were sealed, whatever program wrote or laid out the file."""
    return canonical.dumps(json.loads(data))


def pictures(report: bytes, desk: Desk | None, *, full: bool = False, language: str = "en") -> tuple[Frame, ...]:
    """The pictures of a report for this provider. Raises ValueError for what is no report."""
    page = None if desk is None else desk.urls[0].rstrip("/") + "/q"
    return frames(report, page, full=full, language=language)


def on_terminal(frame: Frame, *, width: int, unicode: bool, colour: bool, instead: str) -> str:
    """Lines of half blocks, two modules in a character cell. Without colours the terminal is taken to write light on
    dark. Raises ``CannotShow``, which ends with ``instead``, when it is too narrow, or cannot draw blocks."""
    rows = [list(row) for row in modules(frame)]
    wide = len(rows) + 2 * QUIET
    if not unicode:
        raise CannotShow(f"this terminal cannot draw the picture; {instead}")
    if width < wide:
        raise CannotShow(f"the picture needs {wide} columns and this terminal has {width}; {instead}")
    margin = [[0] * wide for _ in range(QUIET)]
    rows = [*margin, *([0] * QUIET + row + [0] * QUIET for row in rows), *margin]
    if len(rows) % 2:
        rows.append([0] * wide)
    if not colour:
        rows = [[1 - module for module in row] for row in rows]
    lines = ["".join(_CELLS[cell] for cell in zip(*rows[i : i + 2], strict=True)) for i in range(0, len(rows), 2)]
    return "\n".join(f"{_BLACK_ON_WHITE}{line}{_PLAIN}" if colour else line for line in lines)


def as_files(shown: tuple[Frame, ...], place: Path, language: str = "en") -> list[tuple[Path, bytes]]:
    """What to write where: ``found.svg``, or ``found-1of5.svg`` and so on. Raises ``CannotShow`` for another kind of
    file."""
    kind = place.suffix.lower()
    if kind not in KINDS:
        raise CannotShow(f"--output {place}: a picture's file ends in {' or '.join(KINDS)}")
    made = []
    for frame in shown:
        name = place if frame.count == 1 else place.with_stem(f"{place.stem}-{frame.order}of{frame.count}")
        title = phrase("picture", "title", language)
        data = svg(frame, title, module_px=FILE_MODULE_PX).encode() if kind == ".svg" else png(frame, FILE_MODULE_PX)
        made.append((name, data))
    return made


def beside(shown: tuple[Frame, ...], report: Report, *, width: int, language: str = "en") -> str:
    """What is said with the pictures: how they are read, what is in them, and the spoken code."""
    from cpe_agent.deliver.saying import said
    from cpe_agent.layout import Sheet

    code = report.spoken_code
    sheet = Sheet(language=language, width=width)
    how = "how.spoken" if shown[0].kind == "spoken" else "how.one" if len(shown) == 1 else "how.several"
    sheet.say(phrase("picture", how, language))
    if shown[0].kind == "cut":
        sheet.say(phrase("picture", "cut", language))
    sheet.say(phrase("picture", "code", language).format(code=code, words=said(code, language)))
    return sheet.text()
