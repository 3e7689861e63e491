"""Reading one HTTP/1.1 answer off a stream, within bounds, and the little we keep of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_agent.host.clean import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.host.stream import Stream

_LINE = 8192
_LINES = 64
_HEADERS = 65536
_INTERIM = 4  # 1xx answers before the real one
_CHUNK_LINE = 1024


@dataclass
class Message:
    """Filled while it arrives. Header names are in lower case; of a repeated header the first counts, but challenges
    to log in make one list (RFC 9110, 11.6.1). ``received`` says whether anything at all came."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    received: bool = False
    too_large: bool = False
    on_first_byte: Callable[[], None] | None = None


async def read_message(stream: Stream, into: Message, *, has_body: bool, max_bytes: int) -> None:
    """Read status, headers and at most ``max_bytes`` of body. Raises ``ValueError`` for what is no HTTP,
    ``EOFError`` at an early end; exceeding a bound sets ``too_large`` and returns."""
    already = stream.received
    try:
        for _ in range(_INTERIM + 1):
            status = await _head(stream, into, already)
            if not 100 <= status < 200:
                break
        else:
            raise ValueError("interim answers and no other")
        into.status = status
        if has_body and status not in (204, 304) and not into.too_large:
            await _body(stream, into, max_bytes)
    finally:
        into.received = into.received or stream.received > already


async def _head(stream: Stream, into: Message, already: int) -> int:
    line = await _line(stream, into, already)
    if into.on_first_byte is not None:
        into.on_first_byte()
    words = line.split(b" ", 2)
    if not line.startswith(b"HTTP/1.") or len(words) < 2 or not (words[1].isdigit() and len(words[1]) == 3):
        raise ValueError("no HTTP status line")
    status = int(words[1])
    if not 100 <= status < 200:
        into.status = status
    into.headers.clear()
    total = 0
    for _ in range(_LINES):
        line = await _line(stream, into, already)
        if not line:
            return status
        total += len(line)
        if total > _HEADERS:
            break
        name, colon, value = line.partition(b":")
        if colon:
            key, text = name.strip().lower().decode("latin-1"), value.strip().decode("latin-1")
            if key == "www-authenticate" and key in into.headers:
                into.headers[key] += f", {text}"
            into.headers.setdefault(key, text)
    into.too_large = True
    return status


async def _line(stream: Stream, into: Message, already: int) -> bytes:
    try:
        return await stream.read_line(_LINE)
    finally:
        into.received = stream.received > already


async def _body(stream: Stream, into: Message, max_bytes: int) -> None:
    if into.headers.get("transfer-encoding", "").lower().endswith("chunked"):
        await _chunks(stream, into, max_bytes)
        return
    length = into.headers.get("content-length")
    if length is None:
        while not into.too_large:
            data = await stream.read()
            if not data:
                return
            _keep(into, data, max_bytes)
        return
    if len(length) >= 20 or length.strip("0123456789") or not length:
        raise ValueError("no content length")
    await _exactly(stream, into, int(length), max_bytes)


async def _exactly(stream: Stream, into: Message, length: int, max_bytes: int) -> None:
    left = length
    while left and not into.too_large:
        data = await stream.read()
        if not data:
            raise EOFError
        if len(data) > left:
            stream.unread(data[left:])
            data = data[:left]
        left -= len(data)
        _keep(into, data, max_bytes)


async def _chunks(stream: Stream, into: Message, max_bytes: int) -> None:
    while True:
        line = (await stream.read_line(_CHUNK_LINE)).split(b";", 1)[0].strip()
        if not 0 < len(line) <= 16 or line.strip(b"0123456789abcdefABCDEF"):
            raise ValueError("no chunk size")
        size = int(line, 16)
        if size == 0:
            return  # trailers say nothing that we read
        await _exactly(stream, into, size, max_bytes)
        if into.too_large:
            return
        if await stream.read_line(2):
            raise ValueError("chunk does not end")


def _keep(into: Message, data: bytes, max_bytes: int) -> None:
    room = max_bytes - len(into.body)
    into.body += data[:room]
    if len(data) > room:
        into.too_large = True


def same_body(message: Message, expected: str) -> bool:
    """Line ends at the close aside: servers and profiles differ in them."""
    return not message.too_large and bytes(message.body).rstrip(b"\r\n") == expected.encode().rstrip(b"\r\n")


def short_location(url: str, location: str | None) -> str | None:
    """Scheme, host and port of where a redirect points: paths and queries of portals hold customers' data."""
    if location is None:
        return None
    from urllib.parse import urljoin, urlsplit

    try:
        parts = urlsplit(urljoin(url, location[:2048]))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    host = f"[{host}]" if ":" in host else host
    return clean(f"{parts.scheme}://{host}{'' if port is None else f':{port}'}", 128)


def leads_to(url: str, location: str | None) -> bool:
    """Does a redirect with this Location send the one who asked for ``url`` to the same URL again?"""
    if location is None:
        return False
    from urllib.parse import urldefrag, urljoin

    try:
        return urldefrag(urljoin(url, location[:2048]))[0] == url
    except ValueError:
        return False


def title(page: bytes) -> str | None:
    """The page's title, looked for without an HTML parser in what was read; at most 80 characters."""
    lower = page.lower()
    begin = lower.find(b"<title")
    opened = lower.find(b">", begin, begin + 256) if begin >= 0 else -1
    if opened < 0:
        return None
    closed = lower.find(b"</", opened, opened + 2048)
    text = page[opened + 1 : closed if closed >= 0 else opened + 1024].decode("utf-8", "ignore")
    if "&" in text:
        from html import unescape

        text = unescape(text[:1024])
    return clean(text, 80)
