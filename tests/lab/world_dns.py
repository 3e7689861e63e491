"""The lab's name servers: enough of RFC 1035 to answer one question, in every mood a resolver can be in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import TYPE_CHECKING, cast

from tests.lab import plan

if TYPE_CHECKING:
    from tests.lab.world import Behaviour

_A, _AAAA, _NOERROR, _SERVFAIL, _NXDOMAIN, _REFUSED = 1, 28, 0, 2, 3, 5
_RESPONSE, _AUTHENTIC_RECURSION = 0x8000, 0x0080  # QR and RA bits


def _question(query: bytes) -> tuple[str, int, int] | None:
    """The name, its type and where the question ends, or None when this is no plain query."""
    if len(query) < 17 or query[2] & 0x80 or struct.unpack_from("!H", query, 4)[0] != 1:
        return None
    labels, at = [], 12
    while at < len(query) and query[at]:
        length = query[at]
        if length > 63 or at + length + 1 > len(query):
            return None
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace").lower())
        at += length + 1
    if at + 5 > len(query):
        return None
    return ".".join(labels), struct.unpack_from("!H", query, at + 1)[0], at + 5


def _addresses(name: str, kind: int, mood: str) -> list[str] | None:
    """The records of this name, or None when there is no such name."""
    if mood == "wrong":
        return [plan.LIE] if kind == _A else []
    if not name:  # the root exists; what is asked about it is not kept here
        return []
    if name in plan.HOSTS:
        v4, v6 = plan.HOSTS[name]
        if kind == _AAAA:
            return [v6] if mood != "no-aaaa" else []
        return [v4] if kind == _A else []
    if name in plan.CORE_HOSTS:
        return [plan.CORE_HOSTS[name]] if kind == _A else []
    if mood == "hijack":
        return [plan.LIE] if kind == _A else []
    return None


def answer(query: bytes, mood: str) -> bytes | None:
    """The whole answer to this packet in this mood, or None for silence."""
    asked = _question(query)
    if asked is None or mood == "silent":
        return None
    name, kind, end = asked
    found: list[str] | None = []
    code = {"servfail": _SERVFAIL, "refused": _REFUSED, "nxdomain": _NXDOMAIN}.get(mood, _NOERROR)
    if code == _NOERROR:
        found = _addresses(name, kind, mood)
        code = _NXDOMAIN if found is None else _NOERROR
    records = b""
    for address in found or []:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        data = socket.inet_pton(family, address)
        records += struct.pack("!HHHIH", 0xC00C, _AAAA if ":" in address else _A, 1, 60, len(data)) + data
    flags = _RESPONSE | _AUTHENTIC_RECURSION | (struct.unpack_from("!H", query, 2)[0] & 0x0100) | code
    head = query[:2] + struct.pack("!HHHHH", flags, 1, len(found or []), 0, 0)
    return head + query[12:end] + records


class DnsServer(asyncio.DatagramProtocol):
    """One address, UDP."""

    def __init__(self, behaviour: Behaviour, address: str) -> None:
        self._behaviour = behaviour
        self._address = address
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        mood = self._behaviour.of("dns", self._address)
        reply = answer(data, mood)
        if reply is not None and self._transport is not None:
            late = self._behaviour.now["slow_s"] if mood == "slow" else 0
            asyncio.get_running_loop().call_later(late, self._transport.sendto, reply, addr)


async def serve_tcp(behaviour: Behaviour, address: str, secure: ssl.SSLContext | None = None) -> None:
    """One address, TCP (RFC 7766): each message behind its length. ``secure``: the same over TLS (RFC 7858)."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                length = struct.unpack("!H", await reader.readexactly(2))[0]
                query = await reader.readexactly(length)
                mood = behaviour.of("dns", address)
                reply = answer(query, mood)
                if reply is None:
                    continue
                if mood == "slow":
                    await asyncio.sleep(behaviour.now["slow_s"])
                writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
        writer.close()

    await asyncio.start_server(talk, address, 853 if secure else 53, ssl=secure)
