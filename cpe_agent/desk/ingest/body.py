"""A request's body: read to its bound and no further, and unpacked to its bound whatever it claims to be."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import zstandard

from cpe_agent.desk.archive import Encoding
from cpe_agent.desk.ingest.refusal import Refused, crowded

Receive = Callable[[], Awaitable[Any]]

READ_S = 30.0  # a slow uplink needs seconds; who needs more is holding a place
MOST_DRAINED = 4  # times the bound: read and thrown away, so that the answer arrives
MOST_RATIO = 100  # a report packs to a fifth; nothing honest is beyond
FREE_RATIO = 65_536  # bytes that need no excuse
_WINDOW = 8 << 20  # what RFC 8878 (3.1.1.1.2) asks every reader to support


class Gone(Exception):
    """The other side left: nobody is there to answer."""


class Room:
    """How many bytes of bodies may be held at once, over all requests."""

    def __init__(self, most: int) -> None:
        self._free = most

    def take(self, size: int) -> bool:
        if size > self._free:
            return False
        self._free -= size
        return True

    def give(self, size: int) -> None:
        self._free += size


async def read(receive: Receive, most: int, room: Room) -> bytes:
    """The whole body. Raises ``Refused`` (413, 408, 503) and ``Gone``."""
    try:
        async with asyncio.timeout(READ_S):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body: bytes = message.get("body", b"")
            if message.get("more_body", False):  # mostly all of it came with the head
                return await _rest(body, receive, most, room)
    except TimeoutError:
        raise Refused(408, "the body did not come in time") from None
    if len(body) > most:
        raise _too_long(most)
    return body


async def _rest(first: bytes, receive: Receive, most: int, room: Room) -> bytes:
    chunks, size, held, more, fits = [first], len(first), 0, True, True
    try:
        while more and size <= MOST_DRAINED * most:
            if fits and size <= most and room.take(size - held):
                held = size
            else:
                fits = False
                chunks.clear()
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            more = message.get("more_body", False)
            size += len(message.get("body", b""))
            if fits:
                chunks.append(message.get("body", b""))
    finally:
        room.give(held)
    if size > most:
        raise _too_long(most)
    if not fits:
        raise crowded("too many uploads at once")
    return b"".join(chunks)


def _too_long(most: int) -> Refused:
    return Refused(413, f"at most {most} bytes as sent")


def unpack(body: bytes, encoding: Encoding, most: int) -> bytes:
    """The body's content, at most ``most`` bytes. Raises ``Refused``: 413 beyond the bound, 422 for damage."""
    bound = min(most, max(FREE_RATIO, MOST_RATIO * len(body)))
    raw = _gunzip(body, bound) if encoding is Encoding.GZIP else _unzstd(body, bound)
    if len(raw) > bound:
        raise _too_large(bound)
    return raw


def _gunzip(body: bytes, bound: int) -> bytes:
    """One member (RFC 1952) and nothing after it."""
    unpacker = zlib.decompressobj(31)
    try:
        raw = unpacker.decompress(body, bound + 1)
    except zlib.error:
        raise _damaged() from None
    if len(raw) <= bound and (not unpacker.eof or unpacker.unused_data):
        raise _damaged()
    return raw


def _unzstd(body: bytes, bound: int) -> bytes:
    """One frame (RFC 8878) and nothing after it. ``max_output_size`` is not heeded where the frame states a size, so
    that is read first; where it states none, or lies, the library keeps to the bound."""
    try:
        if not body.startswith(zstandard.FRAME_HEADER):
            raise _damaged()  # among others a skippable frame: it holds nothing
        stated = zstandard.frame_content_size(body)
        if stated > bound:
            raise _too_large(bound)
        unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        try:
            return unpacker.decompress(body, max_output_size=bound + 1, allow_extra_data=False)
        except zstandard.ZstdError:
            if stated >= 0:
                raise
            raw = unpacker.stream_reader(body).read(bound + 1)  # too large, or damaged?
            if len(raw) <= bound:
                raise
            return raw
    except zstandard.ZstdError:
        raise _damaged() from None


def _too_large(bound: int) -> Refused:
    return Refused(413, f"at most {bound} bytes unpacked")


def _damaged() -> Refused:
    return Refused(422, "no JSON: the body does not unpack", path="")
