"""A name server whose answers break RFC 1035, over UDP and TCP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tests.hostile.moods import Moods

_LARGEST_UDP = 65000


def _end_of_question(query: bytes) -> int:
    at = 12
    while at < len(query) and query[at]:
        at += query[at] + 1
    return at + 5


def _head(query: bytes, answers: int, flags: int = 0x8180) -> bytes:
    return query[:2] + struct.pack("!HHHHH", flags, 1, answers, 0, 0) + query[12 : _end_of_question(query)]


def answer(query: bytes, mood: str, *, tcp: bool) -> list[bytes]:
    """The messages that this query is answered with."""
    if len(query) < 17:
        return []
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4)
    match mood:
        case "garbage":
            return [query[:2] + b"\x81\x80" + os.urandom(300)]
        case "noise":
            return [os.urandom(500)]
        case "wrong-id":
            wrong = bytes([query[0] ^ 0x55, query[1]])
            good = _head(query, 1) + record + b"\x19\x2c\x00\x46"
            return [wrong + good[2:]] * 40
        case "other-question":
            return [query[:2] + struct.pack("!HHHHH", 0x8180, 1, 0, 0, 0) + b"\x04evil\x07example\x00\x00\x01\x00\x01"]
        case "truncated":
            return [_head(query, 0, 0x8380)]
        case "many":  # claims 10,000; as many as one message can hold
            room = (65000 - len(query)) // 16
            return [(_head(query, 10000) + (record + b"\x19\x2c\x00\x46") * room)[:_LARGEST_UDP]]
        case "many-whole":
            room = min(10000, (65000 - len(query)) // 16)
            whole = b"".join(record + struct.pack("!I", 0x192C0000 + n) for n in range(room))
            return [_head(query, room) + whole]
        case "pointer-loop":
            start = _end_of_question(query)
            return [_head(query, 1) + struct.pack("!HHHHIH", 0xC000 | start, 5, 1, 1, 60, 2) + b"\xc0\x0c"]
        case "endless" if tcp:
            return [_head(query, 1) + record + b"\x19\x2c\x00\x46"] * 4000
        case "endless":
            return [_head(query, 0, 0x8380)]
    return []


class DnsServer(asyncio.DatagramProtocol):
    def __init__(self, moods: Moods) -> None:
        self._moods = moods
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            for message in answer(data, self._moods.of("dns"), tcp=False):
                self._transport.sendto(message, addr)


async def serve_tcp(moods: Moods, address: str, port: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            async with asyncio.timeout(10):
                while True:
                    query = await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
                    for message in answer(query, moods.of("dns"), tcp=True):
                        writer.write(struct.pack("!H", len(message)) + message)
                        await writer.drain()
        writer.close()

    await asyncio.start_server(talk, address, port)
