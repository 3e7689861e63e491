"""The headers of an upload (docs/protocol.md): each is as the protocol has it, or the answer says why not."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from hashlib import sha256

from cpe_agent.desk.archive import Encoding
from cpe_agent.desk.ingest.refusal import Refused

MEDIA_TYPE = "application/vnd.cpe-agent.report+json"
VERSION = "1"
MOST_KEPT = 200
MOST_TICKET = 512

_ENCODINGS = {b"gzip": Encoding.GZIP, b"zstd": Encoding.ZSTD}
_USUAL = b"application/vnd.cpe-agent.report+json; version=1"
_SHA_256 = re.compile(rb"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):\s*(?:;[^,]*)?(?=,|$)")

Raw = Iterable[tuple[bytes, bytes]]


def one_each(headers: Raw) -> dict[bytes, bytes]:
    """By lower-case name. A header that comes twice is one list (RFC 9110, 5.3)."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = value if name not in found else found[name] + b", " + value
    return found


def bearer(headers: dict[bytes, bytes]) -> str | None:
    """The ticket; None without one. Raises ``Refused`` (401) for what can be none."""
    value = headers.get(b"authorization")
    if value is None:
        return None
    kind, _, ticket = value.partition(b" ")
    ticket = ticket.strip()
    if kind.lower() != b"bearer" or not ticket or len(ticket) > MOST_TICKET or not ticket.isascii():
        raise Refused(401, "this ticket is not taken")
    return ticket.decode()


def encoding(headers: dict[bytes, bytes]) -> Encoding:
    """How the body is packed. Raises ``Refused`` (415) for what this desk does not read."""
    kind = headers.get(b"content-type", b"")
    if kind != _USUAL and not _is_ours(kind):
        raise Refused(415, f"the content type is not {MEDIA_TYPE}; version={VERSION}")
    found = _ENCODINGS.get(headers.get(b"content-encoding", b"").strip().lower())
    if found is None:
        raise Refused(415, "the content encoding is neither gzip nor zstd")
    return found


def is_json(headers: dict[bytes, bytes]) -> None:
    """Raises ``Refused`` (415). A page of another origin may not send this type unasked (CORS)."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json" or b"content-encoding" in headers:
        raise Refused(415, "the content type is not application/json, plain")


def _is_ours(value: bytes) -> bool:
    kind, *parameters = value.decode("latin-1").split(";")
    named = dict(_parameter(p) for p in parameters if p.strip())
    return kind.strip().lower() == MEDIA_TYPE and named.get("version") == VERSION


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def digest_fits(headers: dict[bytes, bytes], body: bytes) -> None:
    """Content-Digest (RFC 9530) of the body as sent. Raises ``Refused`` (400)."""
    value = headers.get(b"content-digest")
    if value is None:
        raise Refused(400, "there is no Content-Digest")
    found = _SHA_256.search(value)
    if found is None:
        raise Refused(400, "the Content-Digest holds no sha-256")
    try:
        same = base64.b64decode(found[1], validate=True) == sha256(body).digest()
    except binascii.Error:
        same = False
    if not same:
        raise Refused(400, "the body is not what Content-Digest says")


def kept(headers: dict[bytes, bytes]) -> str | None:
    """``Cpe-Agent-Kept`` as it came: a claim, and no reason to refuse anything."""
    value = headers.get(b"cpe-agent-kept")
    return None if value is None else value[:MOST_KEPT].decode("ascii", "replace")
