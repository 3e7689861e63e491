"""What is checked of a report before it is stored: that it is JSON within bounds, and says what it needs to be found
again. What the sections hold is read later, off this path.

The rest of the syntax is checked and skipped (``msgspec.Raw``): a fifth of the time of reading it.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

import msgspec

from cpe_agent.case_code import read_case_code
from cpe_agent.deliver.receipt import read_receipt_code
from cpe_agent.desk.ingest.refusal import Refused
from cpe_agent.report import SCHEMA

MOST_DEPTH = 32  # a report has seven
# What a megabyte may hold, so that none costs more than a few milliseconds. Reports have a tenth of a mark a byte.
MOST_MARKS = 196_608  # brackets and quotes
MOST_VALUES = 131_072
MOST_ESCAPES = 16_384
MOST_BESIDE = 4096  # members and names beside the parts that are known to be large
FEW = 40_000  # bytes that cost little whatever they are
MOST_DIGITS = 128  # in a row; a number of a report has 17, and int() grows slow, and refuses, beyond 4,300

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_ALL_BUT_MARKS = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_ONE_KIND = bytes.maketrans(b"{}", b"[]")  # that they fit together is the parser's affair
_QUOTE = ord('"')
_SURROGATE = re.compile(rb"u[dD][89a-fA-F]")
_STRIDE = 16
_DIGITS = bytes(48 if byte in b"0123456789" else 32 for byte in range(256))
_SAMPLE = b"0" * (MOST_DIGITS // _STRIDE)
_AT = re.compile(r" - at `\$\.?(.*)`$")


class Envelope(NamedTuple):
    """``id``: the 16 bytes, ``name``: as it is written. ``case``: in its written form, None when there is none or it is
    no code. ``cut``: this is the cut form of a report."""

    id: bytes
    name: str
    case: str | None
    cut: bool


class _Diagnosis(msgspec.Struct):
    verdict: str


class _Large(msgspec.Struct):
    sections: msgspec.Raw = msgspec.Raw()
    diagnosis: msgspec.Raw = msgspec.Raw()
    steps: msgspec.Raw = msgspec.Raw()


_LARGE = msgspec.json.Decoder(_Large)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_T = TypeVar("_T")


def check(raw: bytes) -> Envelope:
    """Raises ``Refused`` (422) with the place and the reason."""
    _syntax(raw)
    try:
        if len(raw) > FEW and _beside(raw) > MOST_BESIDE:
            raise _refused("", "too many members")
        members = _MEMBERS.decode(raw)
    except msgspec.ValidationError as error:
        raise _refused("", f"no report: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _refused("", "no JSON") from None
    except RecursionError:
        raise _refused("", "nested too deeply") from None
    # The members and what holds them together are the whole text; a blank, or a name that comes twice, would be more.
    if len(raw) != sum(len(name.encode()) + len(value) + 4 for name, value in members.items()) + 1:
        raise _refused("", "no canonical JSON (RFC 8785): blanks, or a name twice")
    schema = _member(members, "schema", int)
    if not 1 <= schema <= 1_000_000:
        raise _refused("schema", "is no schema number")
    name = _member(members, "id", str)
    if not _ID.fullmatch(name):
        raise _refused("id", "is no lower-case UUIDv7")
    case = _member(members, "case", str) if _given(members, "case") else None
    cut = _given(members, "cut_of")
    if cut and read_receipt_code(_member(members, "cut_of", str)[:64]) is None:
        raise _refused("cut_of", "is no receipt code")
    if schema <= SCHEMA:  # a newer one is stored as it is, and shown as far as it can be
        _member(members, "diagnosis", _Diagnosis)
    return Envelope(
        bytes.fromhex(name.replace("-", "")), name, None if case is None else read_case_code(case[:64]), cut
    )


def _beside(raw: bytes) -> int:
    large = _LARGE.decode(raw)
    return raw.count(b'":') - sum(bytes(part).count(b'":') for part in (large.sections, large.diagnosis, large.steps))


def _given(members: dict[str, msgspec.Raw], name: str) -> bool:
    return name in members and bytes(members[name]) != b"null"


def _member(members: dict[str, msgspec.Raw], name: str, kind: type[_T]) -> _T:
    if name not in members:
        raise _refused(name, "is missing")
    try:
        return msgspec.json.decode(members[name], type=kind)
    except msgspec.ValidationError as error:
        found = _AT.search(str(error))
        raise _refused(f"{name}.{found[1]}" if found and found[1] else name, _AT.sub("", str(error))) from None


def _syntax(raw: bytes) -> None:
    """What the skipping parser lets through: depth, lengths of numbers, broken letters."""
    marked = _without_escapes(raw) if b"\\" in raw else raw
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError:
            raise _refused("", "no JSON: no UTF-8") from None
    marks = marked.translate(_ONE_KIND, _ALL_BUT_MARKS)
    if len(marks) > MOST_MARKS:
        raise _refused("", "too many values")
    marks = marks.replace(b'""', b"")
    if b'"' in marks:  # a string with brackets in it; without one every quote has just gone with its neighbour
        marks = b"".join(marked.translate(_ONE_KIND, _ALL_BUT_MARKS).split(b'"')[::2])
    for _ in range(MOST_DEPTH):
        if not marks:
            break
        marks = marks.replace(b"[]", b"")
    if marks:
        raise _refused("", "nested too deeply, or no JSON")
    if len(raw) > MOST_VALUES and raw.count(b",") > MOST_VALUES:
        raise _refused("", "too many values")
    # Every 16th byte first: of so long a number eight in a row are digits, and of hardly anything else.
    if _SAMPLE in raw[::_STRIDE].translate(_DIGITS) and b"0" * MOST_DIGITS in raw.translate(_DIGITS):
        raise _refused("", "a number is too long")


def _without_escapes(raw: bytes) -> bytes:
    """Without backslashes, and without the quotes that they guard: every quote that is left begins or ends a string."""
    pieces = raw.split(b"\\", MOST_ESCAPES)
    if b"\\" in pieces[-1]:
        raise _refused("", "too many escaped letters")
    plain = False
    for number, piece in enumerate(pieces[1:], 1):
        if plain:  # what stands behind an escaped backslash
            plain = False
        elif not piece:
            plain = True
        elif piece[0] == _QUOTE:
            pieces[number] = piece[1:]
        elif _SURROGATE.match(piece):
            raise _refused("", "no canonical JSON (RFC 8785): a letter beyond U+FFFF is written plainly")
    return b"".join(pieces)


def _refused(path: str, reason: str) -> Refused:
    return Refused(422, reason, path=path)
