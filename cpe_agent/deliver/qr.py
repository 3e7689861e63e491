"""A report as pictures for a telephone's camera (QR code, ISO/IEC 18004): its own line to the provider still works.

A frame holds the address of the desk's page ``/q`` with the data behind ``#``, which browsers keep to themselves until
the page's script sends it. docs/qr.md is the format and the rules of the reading side (``qr_read``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.qr_dictionary import DICTIONARY, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segno import QRCode

FRAME_BYTES = 997
"""What a frame may hold: version 25 at error level M. With its margin it is 125 modules wide, which a plain camera
reads from a laptop's screen; the largest version, 40, has 185."""
MOST_FRAMES = 40  # nobody pages through more; a report of that size goes as a file
_SET_HEAD = len("#1.0123456.40of40.01234567.")
QUIET = 4  # modules of margin (ISO/IEC 18004, 5.3.8)


@dataclass(frozen=True)
class Frame:
    """One picture. ``order`` counts from 1 to ``count``. ``kind``: whole | cut (the report without its measurements) |
    spoken (a sentence to read: no desk is known, or nothing else fits)."""

    text: str
    order: int
    count: int
    kind: str


def frames(report: bytes, page_url: str | None, *, full: bool = False, language: str = "en") -> tuple[Frame, ...]:
    """The pictures of a report (canonical JSON). ``page_url``: the desk's page (``https://desk.isp.example/q``), None
    when no desk is known. One frame with the cut report is the normal case; ``full`` gives the whole one, mostly in
    two or three. What does not fit goes as the next smaller kind. Raises ValueError for what is no report."""
    slim = cut(report)
    if page_url is not None:
        forms = {"whole": report, "cut": slim} if full and slim != report else {"cut": slim}
        for kind, data in forms.items():
            texts = _texts(data, page_url)
            if len(texts) <= MOST_FRAMES:
                return tuple(Frame(text, i, len(texts), kind) for i, text in enumerate(texts, 1))
    return (Frame(_spoken(slim, language), 1, 1, "spoken"),)


def _texts(data: bytes, page_url: str) -> list[str]:
    packer = zlib.compressobj(9, zdict=DICTIONARY)
    packed = packer.compress(data) + packer.flush()
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    single = f"{page_url}#{VERSION}.{text}"
    if len(single) <= FRAME_BYTES:
        return [single]
    room = max(FRAME_BYTES - len(page_url) - _SET_HEAD, 1)
    count = -(-len(text) // room)
    room = -(-len(text) // count)  # pictures of one size
    chunks = [text[i : i + room] for i in range(0, len(text), room)]
    name, check = hashlib.sha256(packed).hexdigest()[:6], f"{zlib.crc32(packed):08x}"
    return [f"{page_url}#{VERSION}.{name}.{i}of{count}.{check}.{chunk}" for i, chunk in enumerate(chunks, 1)]


def _spoken(report: bytes, language: str) -> str:
    from cpe_agent.words import fault_text, phrase, ui

    plain = json.loads(report)
    try:
        code = plain["diagnosis"]["fault"]
        finding = ui(plain["diagnosis"]["verdict"], language) if code is None else fault_text(code, language).title
        return phrase("picture", "spoken", language).format(
            finding=finding, code=plain["spoken_code"], date=plain["started"][:10], time=plain["started"][11:16]
        )
    except (KeyError, TypeError):
        raise ValueError("no report, or one with a fault that this version has no words for") from None


# ------------------------------------------------------------------ how a frame is drawn


def modules(frame: Frame) -> Sequence[Sequence[int]]:
    """Rows of modules without the margin, 1 is dark."""
    rows: Sequence[Sequence[int]] = _code(frame).matrix
    return rows


def _code(frame: Frame) -> QRCode:
    """Error level M or, where the size stays the same, better."""
    import segno

    # Without a word about it, readers guess at letters beyond ASCII, and guess Japanese (ECI, ISO/IEC 18004, 7.4.3.2).
    other = None if frame.text.isascii() else "utf-8"
    return segno.make_qr(frame.text, error="m", encoding=other, eci=other is not None)


def svg(frame: Frame, title: str, *, module_px: int = 6) -> str:
    """The picture as SVG to stand inside HTML: no reference to anything, ``title`` for who cannot see it. It scales
    (viewBox); ``module_px`` is its size where the page sets none: six suit a bad camera, four a good one. Dark on white
    whatever the page's colours are."""
    from html import escape

    rows = modules(frame)
    width = len(rows) + 2 * QUIET
    words = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" viewBox="0 0 {width} {width}" '
        f'width="{width * module_px}" height="{width * module_px}" shape-rendering="crispEdges"><title>{words}</title>'
        f'<path fill="#fff" d="M0 0h{width}v{width}H0z"/><path fill="#000" d="{_outline(rows)}"/></svg>'
    )


def png(frame: Frame, module_px: int = 8) -> bytes:
    """The picture as a PNG file, black on white, with its margin."""
    import io

    file = io.BytesIO()
    _code(frame).save(file, kind="png", scale=module_px, border=QUIET)
    return file.getvalue()


def _outline(rows: Sequence[Sequence[int]]) -> str:
    """Runs of dark modules, row by row, as rectangles of a path."""
    from itertools import groupby

    drawn = []
    for y, row in enumerate(rows, QUIET):
        x = QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                drawn.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(drawn)
