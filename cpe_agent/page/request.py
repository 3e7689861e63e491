"""One HTTP/1.1 request to the page (RFC 9112), read strictly: whatever is unusual is refused, not guessed at."""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_HEAD = 8192  # bytes; a browser sends a few hundred
MOST_BODY = 4096
METHODS = ("GET", "HEAD", "POST")
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 8
_LINE = re.compile(rb"([A-Z]{1,16}) (/[!-~]{0,255}) HTTP/1\.[01]")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
_ONCE = ("host", "origin", "content-length", "content-type", "sec-fetch-site", "transfer-encoding")


class Refused(Exception):
    """``status`` is all that the other side learns."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Request(NamedTuple):
    """``headers`` by lower-case name."""

    method: str
    path: str
    headers: dict[str, str]


def parse_head(head: bytes) -> Request:
    """The bytes up to and with the empty line. Raises ``Refused``."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        raise Refused(400)
    headers: dict[str, str] = {}
    for text in lines:
        header = _HEADER.fullmatch(text)
        if header is None:
            raise Refused(400)
        name = header[1].decode("ascii").lower()
        if name in _ONCE and name in headers:
            raise Refused(400)
        headers[name] = header[2].decode("latin-1")
    return Request(line[1].decode("ascii"), line[2].decode("ascii"), headers)


def check_source(request: Request, hosts: tuple[str, ...]) -> None:
    """Only a page of this very server may speak to it. ``hosts``: what its own address may be called. A name that was
    rebound to this address (DNS rebinding) shows in Host; another site's form or script in Origin and Sec-Fetch-Site
    (W3C Fetch Metadata), which no page can set. Raises ``Refused``."""
    headers = request.headers
    host = headers.get("host")
    if host not in hosts:
        raise Refused(421)
    if request.method not in METHODS:
        raise Refused(405)
    site = headers.get("sec-fetch-site", "none")
    if request.method == "POST":
        if headers.get("origin", f"http://{host}") != f"http://{host}" or site not in ("same-origin", "none"):
            raise Refused(404)
    elif site not in ("same-origin", "none") and headers.get("sec-fetch-mode") != "navigate":
        raise Refused(404)


def body_length(request: Request) -> int:
    """Raises ``Refused``."""
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not re.fullmatch(r"[0-9]{1,9}", length):
        raise Refused(411)
    if int(length) > MOST_BODY:
        raise Refused(413)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused(415)
    return int(length)


def parse_form(body: bytes) -> dict[str, str]:
    """Raises ``Refused``."""
    from urllib.parse import parse_qsl

    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Refused(400) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(400)
    return fields
