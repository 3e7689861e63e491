"""A program's icon from an SVG of plain shapes: PNG (W3C), ICO (PNG inside, since Windows Vista), ICNS (PNG inside).

Shapes: ``rect`` (with ``rx``), ``circle``, ``polygon``, each with ``fill="#rrggbb"``, on a square ``viewBox``. Equal
drawings are equal bytes, on any computer with the same zlib; no drawing library is needed.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROWS = 5  # of one pixel; along a row the covered part is exact
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_KINDS = {b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512}
MOST_BYTES = 64 * 1024

Spans = Callable[[float], list[tuple[float, float]]]
"""The parts of a row, at the height y, that a shape covers."""


class BadIcon(ValueError):
    """The message says what a drawing may hold."""


class Shape(NamedTuple):
    colour: tuple[int, int, int]
    spans: Spans


class Drawing(NamedTuple):
    side: float
    shapes: tuple[Shape, ...]


def read(file: Path) -> Drawing:
    """Raises ``BadIcon``."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadIcon(f"the icon {file} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES or b"<!" in data:
        raise BadIcon(f"{file.name}: at most {MOST_BYTES} bytes, without <!DOCTYPE, <!ENTITY and comments")
    try:
        root = ElementTree.fromstring(data)  # no DTD passes the line above, so nothing can grow
        _, _, wide, high = (float(n) for n in root.get("viewBox", "").split())
        if root.tag != "{http://www.w3.org/2000/svg}svg" or wide != high or wide <= 0:
            raise BadIcon(f"{file.name}: a square viewBox is needed")
        return Drawing(wide, tuple(_shape(element) for element in root))
    except (ElementTree.ParseError, ValueError, KeyError) as error:
        raise BadIcon(f"{file.name}: {error}") from None


def _shape(element: ElementTree.Element) -> Shape:
    kind, said = element.tag.rpartition("}")[2], dict(element.attrib)
    fill = said.pop("fill", "")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", fill):
        raise BadIcon(f"<{kind}>: a fill like #0b57a4 is needed")
    red, green, blue = bytes.fromhex(fill[1:])
    if kind == "polygon":
        at = [float(n) for n in re.split(r"[\s,]+", said.pop("points").strip())]
        spans = _polygon(list(zip(at[::2], at[1::2], strict=True)))
    elif kind == "circle":
        x, y, r = (float(said.pop(name)) for name in ("cx", "cy", "r"))
        spans = _rounded(x - r, y - r, 2 * r, 2 * r, r)
    elif kind == "rect":
        x, y, wide, high = (float(said.pop(name)) for name in ("x", "y", "width", "height"))
        spans = _rounded(x, y, wide, high, float(said.pop("rx", "0")))
    else:
        raise BadIcon(f"<{kind}>: only rect, circle and polygon are drawn")
    if said:
        raise BadIcon(f"<{kind}>: {', '.join(said)} is not drawn")
    return Shape((red, green, blue), spans)


def _rounded(x: float, y: float, wide: float, high: float, r: float) -> Spans:
    def spans(at: float) -> list[tuple[float, float]]:
        if not y <= at <= y + high:
            return []
        into = max(0.0, y + r - at, at - (y + high - r))  # of a corner's circle
        gone = r - math.sqrt(max(0.0, r * r - into * into)) if into else 0.0
        return [(x + gone, x + wide - gone)]

    return spans


def _polygon(points: list[tuple[float, float]]) -> Spans:
    edges = list(zip(points, points[1:] + points[:1], strict=True))

    def spans(at: float) -> list[tuple[float, float]]:
        cuts = sorted(
            x1 + (at - y1) * (x2 - x1) / (y2 - y1) for (x1, y1), (x2, y2) in edges if (y1 <= at) is not (y2 <= at)
        )
        return list(zip(cuts[::2], cuts[1::2], strict=True))

    return spans


def pixels(drawing: Drawing, side: int) -> bytes:
    """``side`` rows of ``side`` pixels, each red, green, blue, alpha (not multiplied)."""
    scale = drawing.side / side
    found = bytearray()
    for row in range(side):
        line = [(0.0, 0.0, 0.0, 0.0)] * side  # multiplied by alpha
        for shape in drawing.shapes:
            for at, part in _covered(shape.spans, row, side, scale).items():
                keep = 1 - part
                red, green, blue, alpha = line[at]
                line[at] = (
                    red * keep + shape.colour[0] * part,
                    green * keep + shape.colour[1] * part,
                    blue * keep + shape.colour[2] * part,
                    alpha * keep + part,
                )
        for red, green, blue, alpha in line:
            one = alpha or 1.0
            found += bytes((round(red / one), round(green / one), round(blue / one), round(255 * alpha)))
    return bytes(found)


def _covered(spans: Spans, row: int, side: int, scale: float) -> dict[int, float]:
    """Pixel of a row -> the share of it that a shape covers."""
    found: dict[int, float] = {}
    for step in range(ROWS):
        for left, right in spans((row + (step + 0.5) / ROWS) * scale):
            begin, end = max(0.0, left / scale), min(float(side), right / scale)
            for at in range(int(begin), math.ceil(end)):
                part = min(end, at + 1) - max(begin, at)
                if part > 0:
                    found[at] = min(1.0, found.get(at, 0.0) + part / ROWS)
    return found


def png(drawing: Drawing, side: int) -> bytes:
    flat = pixels(drawing, side)
    rows = b"".join(b"\0" + flat[at : at + 4 * side] for at in range(0, len(flat), 4 * side))
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    pieces = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in pieces
    )


def ico(drawing: Drawing) -> bytes:
    images = [png(drawing, side) for side in ICO_SIZES]
    found = struct.pack("<HHH", 0, 1, len(images))
    at = len(found) + 16 * len(images)
    for side, image in zip(ICO_SIZES, images, strict=True):
        found += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(image), at)
        at += len(image)
    return found + b"".join(images)


def icns(drawing: Drawing) -> bytes:
    body = b"".join(
        kind + struct.pack(">I", 8 + len(image)) + image
        for kind, image in ((kind, png(drawing, side)) for kind, side in ICNS_KINDS.items())
    )
    return b"icns" + struct.pack(">I", 8 + len(body)) + body
