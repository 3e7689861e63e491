"""SSDP on the home network: one honest answer, ten thousand, or answers that point elsewhere."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, cast

from tests.hostile import bodies

if TYPE_CHECKING:
    from tests.hostile.moods import Moods

_DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
FLOOD = 10000


def _answer(location: str, target: str = _DEVICE, server: str = "HomeBox") -> bytes:
    lines = ["HTTP/1.1 200 OK", "EXT:", f"LOCATION: {location}", f"SERVER: {server}", f"ST: {target}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass")


class SsdpServer(asyncio.DatagramProtocol):
    """``others``: more addresses of this machine, so that a flood comes from many devices."""

    def __init__(self, moods: Moods, address: str, description_port: int, others: list[str]) -> None:
        self._moods = moods
        self._address = address
        self._port = description_port
        self._others: list[socket.socket] = []
        for other in others:
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setblocking(False)
            made.bind((other, 1900))
            self._others.append(made)
        self._transport: asyncio.DatagramTransport | None = None

    def open(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        member = struct.pack("4s4s", socket.inet_aton("239.255.255.250"), socket.inet_aton(self._address))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        made.setblocking(False)
        made.bind(("", 1900))
        return made

    def _location(self, address: str) -> str:
        return f"http://{address}:{self._port}/rootDesc.xml"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.startswith(b"M-SEARCH") or self._transport is None:
            return
        mood = self._moods.of("ssdp")
        if mood == "flood":
            self._flood(addr)
        elif mood == "away":
            self._transport.sendto(_answer("http://1.1.1.1/rootDesc.xml"), addr)
            self._transport.sendto(_answer("file:///etc/passwd"), addr)
        elif mood == "names":
            self._transport.sendto(_answer(f"http://{bodies.NASTY[:900]}/", server=bodies.NASTY[:200]), addr)
            self._transport.sendto(b"\xff" * 60000, addr)
            self._transport.sendto(b"HTTP/1.1 200 OK\r\n" * 500, addr)
        elif mood == "ok":
            self._transport.sendto(_answer(self._location(self._address)), addr)
            for other in self._others[: int(self._moods.of("devices")) - 1]:
                other.sendto(_answer(self._location(other.getsockname()[0])), addr)

    def _flood(self, addr: tuple[str, int]) -> None:
        """Many devices, each with many locations, none of them the router."""
        for n in range(FLOOD):
            other = self._others[n % len(self._others)]
            sender = other.getsockname()[0]
            try:
                other.sendto(_answer(f"http://{sender}:{49153 + n % 3}/{n}.xml"), addr)
            except OSError:  # its queue is full: what a flood does to a real network too
                continue
