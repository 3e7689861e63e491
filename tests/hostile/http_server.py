"""A web server that behaves badly on purpose: the router's description, its control addresses, its page, and the page
that it puts in the place of every other one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import struct
from typing import TYPE_CHECKING

from tests.hostile import bodies

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.moods import Moods

HUGE_BYTES = 100 * 1024 * 1024
_BLOCK = b"<!-- " + b"filler " * 9360 + b"-->"
_LONGEST_S = 30  # of one answer: nothing outlives the test that asked for it


def _head(status: str, length: int | None, *more: str, kind: str = "text/xml") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *more]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass")


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _misbehave(writer: asyncio.StreamWriter, mood: str, good: bytes, path: str) -> bool:
    """Answers in a mood that does not depend on what was asked; False when ``mood`` is none of those."""

    async def send(*pieces: bytes) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    match mood:
        case "huge":
            await send(_head("200 OK", HUGE_BYTES), good[:40])
            for _ in range(HUGE_BYTES // len(_BLOCK)):
                await send(_BLOCK)
        case "endless":
            await send(_head("200 OK", None, "Transfer-Encoding: chunked"))
            chunk = b"10000\r\n" + b"A" * 65536 + b"\r\n"
            while True:
                await send(chunk)
        case "endless-tiny":  # never reaches a bound on bytes soon, and never ends
            await send(_head("200 OK", None, "Transfer-Encoding: chunked"))
            while True:
                await send(b"1\r\nA\r\n")
                await asyncio.sleep(0.001)
        case "drip":
            for byte in _head("200 OK", len(good)) + good:
                await send(bytes([byte]))
                await asyncio.sleep(1)
        case "hang":
            await asyncio.sleep(_LONGEST_S)
        case "loop":
            await send(_head("302 Found", 0, f"Location: {path}"))
        case "loop-away":
            await send(_head("302 Found", 0, f"Location: http://{'a' * 60}.example/{'p' * 9000}"))
        case "noise":
            await send(os.urandom(65536))
        case "long-line":
            await send(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 1024 * 1024 + b"\r\n\r\n")
        case "many-headers":
            await send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(10000)) + b"\r\n")
        case "interim":
            while True:
                await send(b"HTTP/1.1 100 Continue\r\n\r\n")
                await asyncio.sleep(0.001)
        case "bad-length":
            await send(_head("200 OK", None, "Content-Length: 99999999999999999999999"), good)
        case "bad-chunk":
            await send(_head("200 OK", None, "Transfer-Encoding: chunked"), b"-5\r\nhello\r\n")
        case "bad-date":
            dates = "Date: Fri, 99 Foo 99999999999999999999 99:99:99 +9999999999999999999999"
            await send(_head("200 OK", len(good), dates), good)
        case "bad-names":
            nasty = f"Server: {bodies.NASTY}".replace("\r", "").replace("\n", "").encode()[:7000]
            head = _head("200 OK", len(good), kind="text/html").removesuffix(b"\r\n")
            await send(head + nasty + b"\r\n\r\n", good)
        case "cut":
            await send(_head("200 OK", len(good)), good[: len(good) // 2])
        case "reset":
            _reset(writer)
        case _:
            return False
    return True


def _xml_of(mood: str) -> bytes:
    made: dict[str, Callable[[], bytes]] = {
        "bomb": bodies.entity_bomb,
        "external": bodies.external_dtd,
        "quadratic": bodies.quadratic_blow_up,
        "nested": bodies.nested,
        "attributes": bodies.attributes,
        "names": lambda: bodies.description(bodies.NASTY),
        "services": lambda: bodies.description(services=400),
    }
    return made[mood]() if mood in made else bodies.description()


async def serve(moods: Moods, ports: dict[int, str]) -> None:
    """``ports``: port -> service (``description`` with ``soap``, ``page``, ``web``)."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            async with asyncio.timeout(_LONGEST_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                address, port = writer.get_extra_info("sockname")
                await _answer(writer, address, port, head)
        writer.close()

    async def _answer(writer: asyncio.StreamWriter, address: str, port: int, head: str) -> None:
        service = ports[port]
        called = re.search(r"(?im)^SOAPACTION:\s*\"?[^#\"]*:([A-Za-z]+):1#(\w+)", head)
        if service == "description" and called:
            mood = moods.of("soap", address)
            good = bodies.soap(called.group(2), called.group(1), mood)
        elif service == "description":
            mood = moods.of("description", address)
            good = _xml_of(mood)
        else:
            mood = moods.of(service)
            good = bodies.page(bodies.NASTY if mood == "bad-names" else "HomeBox 7 - log in")
        if not await _misbehave(writer, mood, good, head.split(" ")[1]):
            writer.write(
                _head("200 OK", len(good), kind="text/xml" if service == "description" else "text/html") + good
            )
            await writer.drain()

    for port in ports:
        await asyncio.start_server(talk, "0.0.0.0", port, limit=16384)
