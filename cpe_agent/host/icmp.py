"""ICMP and ICMPv6 echo (RFC 792, RFC 4443 section 4): a datagram socket first, which needs no rights on macOS, and on
Linux where ``net.ipv4.ping_group_range`` lets this user in; else a raw one."""

from __future__ import annotations

import os
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure
from cpe_agent.host import icmp_error, icmp_message
from cpe_agent.host.datagram import Heard, Wire
from cpe_agent.host.endpoint import Endpoint, bind_to_nic
from cpe_agent.host.icmp_error import SocketError
from cpe_agent.host.icmp_message import ECHO, REQUEST, EchoReply
from cpe_agent.host.prober import NotAllowedError, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = 8  # random bytes at the start of every payload: an answer without them is not ours
_SMALLEST = 16  # payload bytes of an ordinary probe

_SOL_RAW, _ICMP_FILTER = 255, 1  # linux/icmp.h
_ICMP6_FILTER = 1  # linux/icmpv6.h
_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _PMTUDISC_PROBE = 10, 23, 3  # don't fragment, whatever is known of the path
_IPV6_DONTFRAG = 62
_WINDOWS_DONTFRAG = 14  # ws2ipdef.h, of either family
_MACOS_DONTFRAG = 28  # netinet/in.h; of IPv6 the number is Linux's


def set_ttl(sock: socket.socket, ttl: int) -> None:
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)


def forbid_fragments(sock: socket.socket) -> None:
    if sys.platform == "win32":
        level = socket.IPPROTO_IPV6 if sock.family == socket.AF_INET6 else socket.IPPROTO_IP
        sock.setsockopt(level, _WINDOWS_DONTFRAG, 1)
        return
    if sys.platform == "darwin":
        if sock.family == socket.AF_INET6:
            # Refused to an ordinary user's ICMPv6 socket, and not needed: no router cuts a packet up, and this computer
            # only what a router has already called too big.
            with suppress(PermissionError):
                sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_DONTFRAG, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _MACOS_DONTFRAG, 1)
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _PMTUDISC_PROBE)
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_DONTFRAG, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _PMTUDISC_PROBE)


class IcmpProber:
    """Raises ``NotAllowedError`` when the system lets this user open neither kind of socket, ``OSError`` when it has no
    such family, ``ValueError`` when the address is no literal."""

    method = "icmp"

    def __init__(
        self,
        address: str,
        on_reply: Callable[[Reply], None],
        *,
        nic: str | None = None,
        whole: bool = False,
    ) -> None:
        self._endpoint = Endpoint(address, 0)
        self._to = self._endpoint.with_port(0)
        self._on_reply = on_reply
        self._token = os.urandom(_TOKEN)
        self._request = REQUEST[self._endpoint.v6]
        sock, raw = _open(self._endpoint.family)
        try:
            if nic is not None:
                bind_to_nic(sock, nic)
            if whole:
                forbid_fragments(sock)
            # Without an error queue the errors come among the answers, to whoever listens: a raw socket, or a Mac's.
            self._all_errors = raw or not icmp_error.HAS_QUEUE
            if self._all_errors:
                self._ident = int.from_bytes(os.urandom(2), "big")
                if icmp_error.HAS_QUEUE:
                    _only_replies(sock)
            else:
                sock.bind(("", 0))
                self._ident = sock.getsockname()[1]  # the kernel chose it, and hands over only what carries it
        except BaseException:
            sock.close()
            raise
        self._wire = Wire(sock, self._heard, self._trouble)

    def close(self) -> None:
        self._wire.close()

    def send(self, index: int, *, ttl: int | None = None, size: int = 0) -> Failure | None:
        headers = (40 if self._endpoint.v6 else 20) + ECHO.size
        payload = self._token.ljust(max(_SMALLEST, size - headers), b"\0")
        packet = ECHO.pack(self._request, 0, 0, self._ident, index & 0xFFFF) + payload
        if not self._endpoint.v6:
            packet = ECHO.pack(self._request, 0, _checksum(packet), self._ident, index & 0xFFFF) + payload
        if ttl is not None:
            set_ttl(self._wire.sock, ttl)
        return self._wire.send(packet, self._to)

    def _heard(self, heard: Heard) -> None:
        v6 = self._endpoint.v6
        said = icmp_message.read(heard.data, v6=v6)
        if isinstance(said, EchoReply):
            if said.ident == self._ident and said.payload.startswith(self._token):
                self._on_reply(Reply(said.sequence, heard.at_ns, heard.sender))
        elif said is not None:
            failure = icmp_error.of_icmp(said.type, said.code, v6=v6)
            self._trouble(SocketError(failure, heard.sender, said.mtu, 0, said.quoted, heard.at_ns))

    def _trouble(self, error: SocketError) -> None:
        index = -1
        if len(error.quoted) >= ECHO.size:
            kind, _, _, ident, sequence = ECHO.unpack_from(error.quoted)
            if kind != self._request or ident != self._ident:
                return  # of somebody else's echo
            index = sequence
        elif self._all_errors:
            return
        self._on_reply(Reply(index, error.at_ns or time.time_ns(), error.sender, error.failure, error.mtu))


def _open(family: socket.AddressFamily) -> tuple[socket.socket, bool]:
    protocol = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
    refused: OSError | None = None
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol), kind == socket.SOCK_RAW
        except OSError as error:
            refused = error
    if isinstance(refused, PermissionError):
        raise NotAllowedError("this user may not send ICMP")
    assert refused is not None
    raise refused


def _only_replies(sock: socket.socket) -> None:
    """Keep everything but echo replies away from a raw socket; a set bit blocks."""
    if sock.family == socket.AF_INET6:
        words = [0xFFFFFFFF] * 8
        words[129 // 32] &= ~(1 << 129 % 32)
        sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("=8I", *words))
    else:
        sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFE))


def _checksum(packet: bytes) -> int:
    """RFC 1071; on a datagram socket the kernel computes it again."""
    if len(packet) % 2:
        packet += b"\0"
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
