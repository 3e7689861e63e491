"""ICMP and ICMPv6 messages as a socket hands them over (RFC 792, RFC 4443). Pure.

Linux gives a datagram socket the message alone, and only what answers its own echo. macOS gives it the IPv4 header too
(icmp(4)), as raw sockets do everywhere, and every error that a router sent to anybody here; of IPv6 there is never a
header.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

ECHO = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
REQUEST = {False: 8, True: 128}  # by "is it IPv6"
REPLY = {False: 0, True: 129}
_ERRORS = {False: (3, 11), True: (1, 2, 3)}  # unreachable, (too big,) time exceeded
_ICMP = {False: 1, True: 58}  # protocol numbers
_SHORTEST_HEADER, _HEADER_V6 = 20, 40


class EchoReply(NamedTuple):
    ident: int
    sequence: int
    payload: bytes


class Complaint(NamedTuple):
    """An error about an echo request that came from here. ``quoted``: that request's first eight bytes."""

    type: int
    code: int
    mtu: int | None
    quoted: bytes


def read(data: bytes, *, v6: bool) -> EchoReply | Complaint | None:
    """None for anything else, and for what was cut."""
    if not v6 and data and data[0] >> 4 == 4:  # no ICMP message begins so: that would be type 64 or more
        data = _behind_header(data)
    if len(data) < ECHO.size:
        return None
    kind, code, _, ident, sequence = ECHO.unpack_from(data)
    if kind == REPLY[v6]:
        return EchoReply(ident, sequence, data[ECHO.size :])
    if kind not in _ERRORS[v6]:
        return None
    quoted = _quoted(data[ECHO.size :], v6=v6)
    if quoted is None:
        return None
    mtu: int | None = None
    if v6 and kind == 2:
        mtu = int.from_bytes(data[4:8], "big")
    elif not v6 and (kind, code) == (3, 4):  # RFC 1191, section 4
        mtu = sequence
    return Complaint(kind, code, mtu if mtu and mtu < 65536 else None, quoted)


def _behind_header(packet: bytes) -> bytes:
    length = (packet[0] & 15) * 4
    return packet[length:] if length >= _SHORTEST_HEADER else b""


def _quoted(packet: bytes, *, v6: bool) -> bytes | None:
    """The echo request inside the packet that an error quotes."""
    if v6:
        # A request of ours has no extension headers.
        if len(packet) < _HEADER_V6 or packet[6] != _ICMP[v6]:
            return None
        request = packet[_HEADER_V6:]
    else:
        if len(packet) < _SHORTEST_HEADER or packet[0] >> 4 != 4 or packet[9] != _ICMP[v6]:
            return None
        request = _behind_header(packet)
    return request[: ECHO.size] if len(request) >= ECHO.size and request[0] == REQUEST[v6] else None
