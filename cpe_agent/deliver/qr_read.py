"""The reading side of the pictures: what telephones scanned, in any order, back to the report (docs/qr.md).

Whoever can post can post anything, so everything is bounded before it is looked at.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from cpe_agent.deliver.qr_dictionary import DICTIONARY, VERSION

MOST_CHARACTERS = 4096  # of one text; the largest QR code holds 2,953 bytes
MOST_TEXTS = 200
MOST_OF_SET = 99
MOST_REPORT_BYTES = 1 << 20  # of what is unpacked: a small text may claim to be gigabytes

_DICTIONARIES: dict[str, bytes] = {"1": b"", VERSION: DICTIONARY}
_DATA = r"[A-Za-z0-9_-]+"
_VERSION = re.compile(r"([0-9]{1,3})\.")
_SINGLE = re.compile(rf"([0-9]{{1,3}})\.({_DATA})")
_PART = re.compile(rf"([0-9]{{1,3}})\.([0-9a-f]{{6}})\.([0-9]{{1,2}})of([0-9]{{1,2}})\.([0-9a-f]{{8}})\.({_DATA})")


class BadPictures(ValueError):
    """These texts are no report. ``reason`` (one word, for the answer's JSON): not-ours | newer | other-report |
    contradiction | damaged | too-large | too-many."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Missing:
    """Not all of a set is here yet: which pictures are, by number from 1, of how many."""

    have: tuple[int, ...]
    count: int

    @property
    def still(self) -> tuple[int, ...]:
        return tuple(number for number in range(1, self.count + 1) if number not in self.have)


def collect(texts: Iterable[str]) -> bytes | Missing:
    """The report's bytes as they went in, or what is still missing. A text is a picture's whole address or only what
    stands behind its ``#``; order does not matter, and the same one twice is no harm. Raises ``BadPictures``. What
    comes out was checked against damage, not against forgery, and may be no report."""
    whole: set[tuple[str, str]] = set()
    parts: dict[tuple[str, ...], dict[int, str]] = {}
    for number, text in enumerate(texts):
        if number >= MOST_TEXTS:
            raise BadPictures("too-many", f"more than {MOST_TEXTS} pictures")
        _sort(text, whole, parts)
    if len(whole) + len(parts) > 1:
        raise BadPictures("other-report", "these pictures are of different reports")
    for version, data in whole:
        return _unpacked(version, _bytes(data))
    for (version, name, count, check), chunks in parts.items():
        if len(chunks) < int(count):
            return Missing(tuple(sorted(chunks)), int(count))
        packed = _bytes("".join(chunks[i] for i in sorted(chunks)))
        if f"{zlib.crc32(packed):08x}" != check:
            raise BadPictures("damaged", f"the pictures of set {name} do not fit together")
        return _unpacked(version, packed)
    raise BadPictures("not-ours", "no picture of a report")


def _sort(text: str, whole: set[tuple[str, str]], parts: dict[tuple[str, ...], dict[int, str]]) -> None:
    if len(text) > MOST_CHARACTERS:
        raise BadPictures("too-large", f"longer than any picture ({MOST_CHARACTERS} characters)")
    fragment = text.strip().rpartition("#")[2]
    version = _VERSION.match(fragment)
    if version is not None and version[1] not in _DICTIONARIES:
        raise BadPictures("newer", f"picture format {version[1]} is newer than this program reads")
    if single := _SINGLE.fullmatch(fragment):
        whole.add((single[1], single[2]))
        return
    part = _PART.fullmatch(fragment)
    if part is None:
        raise BadPictures("not-ours", "no picture of a report")
    number, name, order, count, check, chunk = part.groups()
    if not 1 <= int(order) <= int(count):
        raise BadPictures("not-ours", f"picture {order} of {count}")
    have = parts.setdefault((number, name, str(int(count)), check), {})
    if have.setdefault(int(order), chunk) != chunk:
        raise BadPictures("contradiction", f"two different pictures say to be number {order} of one set")


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadPictures("damaged", "the picture's data are damaged") from None


def _unpacked(version: str, packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(zdict=_DICTIONARIES[version])
    try:
        report = unpacker.decompress(packed, MOST_REPORT_BYTES)
    except zlib.error:
        raise BadPictures("damaged", "the picture's data are damaged or cut off") from None
    if unpacker.unconsumed_tail:
        raise BadPictures("too-large", f"more than {MOST_REPORT_BYTES} bytes when unpacked")
    if not unpacker.eof or unpacker.unused_data:
        raise BadPictures("damaged", "the picture's data are damaged or cut off")
    return report
