"""What IcmpSendEcho2Ex and Icmp6SendEcho2 leave in their reply buffers (ipexport.h). Pure.

Sizes are those of 64-bit programs: a pointer has eight bytes.
"""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

from cpe_agent.facts import Failure
from cpe_agent.host.windows_address import NOBODY

ECHO_REPLY_BYTES = 40  # ICMP_ECHO_REPLY
ECHO6_REPLY_BYTES = 36  # ICMPV6_ECHO_REPLY: a packed IPV6_ADDRESS_EX of 26, two of padding, status, time
_REPLY = struct.Struct("<4sII")  # address, status, round trip time in milliseconds
_REPLY6_ADDRESS, _REPLY6_TAIL = slice(6, 22), struct.Struct("<II")

_SUCCESS = 0
_TIMED_OUT = 11010
_FAILURES = {  # ipexport.h, IP_STATUS; winerror.h below 11000
    5: Failure.NOT_PERMITTED,  # ERROR_ACCESS_DENIED: a filter of this computer's
    1214: Failure.ADDRESS_UNUSABLE,  # ERROR_INVALID_NETNAME
    1231: Failure.NO_ROUTE,  # ERROR_NETWORK_UNREACHABLE
    1232: Failure.NO_ROUTE,  # ERROR_HOST_UNREACHABLE
    11002: Failure.NET_UNREACHABLE,
    11003: Failure.HOST_UNREACHABLE,
    11004: Failure.PORT_UNREACHABLE,  # of IPv4: protocol unreachable, said by a living host
    11005: Failure.PORT_UNREACHABLE,
    11009: Failure.TOO_BIG,
    11013: Failure.TTL_EXCEEDED,
    11018: Failure.ADDRESS_UNUSABLE,
    11040: Failure.HOST_UNREACHABLE,
    11041: Failure.TTL_EXCEEDED,
    11045: Failure.ADDRESS_UNUSABLE,
    11050: Failure.NOT_PERMITTED,  # IP_GENERAL_FAILURE: nothing left, as where a filter of this computer's says no
}
_FAILURES6 = _FAILURES | {11004: Failure.ADMIN_PROHIBITED}


class EchoReply(NamedTuple):
    """``failure`` None: the target answered. ``ms``: whole milliseconds, as Windows counts."""

    sender: str | None
    failure: Failure | None
    ms: int


def failure_of(status: int, *, v6: bool = False) -> Failure | None:
    """None for a time-out, which is silence and no word of anybody's."""
    if status == _TIMED_OUT:
        return None
    return (_FAILURES6 if v6 else _FAILURES).get(status, Failure.OTHER)


def read_reply(data: bytes, *, v6: bool) -> EchoReply | None:
    """The first reply of a buffer; None for a time-out or too few bytes."""
    if len(data) < (ECHO6_REPLY_BYTES if v6 else ECHO_REPLY_BYTES):
        return None
    if v6:
        sender = socket.inet_ntop(socket.AF_INET6, data[_REPLY6_ADDRESS])
        status, ms = _REPLY6_TAIL.unpack_from(data, 28)
    else:
        packed, status, ms = _REPLY.unpack_from(data)
        sender = socket.inet_ntop(socket.AF_INET, packed)
    if status == _TIMED_OUT:
        return None
    said = sender if sender not in NOBODY else None
    return EchoReply(said, None if status == _SUCCESS else failure_of(status, v6=v6), ms)
