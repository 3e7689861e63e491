"""rtnetlink (RFC 3549; rtnetlink(7)): asking the kernel for its tables. Needs no rights.

``dump`` is the only part that talks; ``frames`` and ``attributes`` are pure and take any bytes.
"""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH, RTM_GETRULE = 18, 22, 26, 30, 34
NLMSG_ERROR, NLMSG_DONE = 2, 3
_REQUEST_DUMP = 0x0001 | 0x0300  # NLM_F_REQUEST, NLM_F_ROOT, NLM_F_MATCH
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
# How long the family header of each question is (ifinfomsg, ifaddrmsg, rtmsg, ndmsg, fib_rule_hdr).
_BODY = {RTM_GETLINK: 16, RTM_GETADDR: 8, RTM_GETROUTE: 12, RTM_GETNEIGH: 12, RTM_GETRULE: 12}
_MAX_ATTRIBUTES = 256


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(message type, payload) of each whole message; stops at the first that does not fit."""
    offset = 0
    while offset + 16 <= len(data):
        length, kind, _flags, _sequence, _port = _HEADER.unpack_from(data, offset)
        if length < 16 or offset + length > len(data):
            return
        yield kind, data[offset + 16 : offset + length]
        offset += (length + 3) & ~3


def attributes(data: bytes, offset: int = 0) -> dict[int, bytes]:
    """Attribute type -> value, from ``offset`` on; the first of a type wins; stops at the first that does not fit."""
    found: dict[int, bytes] = {}
    end = len(data)
    for _ in range(_MAX_ATTRIBUTES):
        if offset + 4 > end:
            break
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < 4 or offset + length > end:
            break
        found.setdefault(kind & 0x3FFF, data[offset + 4 : offset + length])  # without the nested and byte-order flags
        offset += (length + 3) & ~3
    return found


def number(value: bytes | None) -> int | None:
    """An unsigned number of 1, 2, 4 or 8 bytes in the machine's order; None for any other length."""
    if value is None or len(value) not in (1, 2, 4, 8):
        return None
    return struct.unpack("=" + {1: "B", 2: "H", 4: "I", 8: "Q"}[len(value)], value)[0]  # type: ignore[no-any-return]


def dump(question: int, family: int = 0, *, most: int, timeout_s: float = 0.5) -> Iterator[bytes]:
    """The payloads of one table's answer, at most ``most`` of them, each gone once it is read: two thousand interfaces
    are three megabytes. Blocks for at most ``timeout_s`` in all.

    Raises ``OSError``: the kernel's own refusal (its errno), or ``TimeoutError``.
    """
    import os
    import socket

    body = struct.pack("=B", family).ljust(_BODY[question], b"\0")
    answer_kind = question - 2  # RTM_NEWx is two below RTM_GETx
    deadline = time.monotonic() + timeout_s
    given = 0
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as channel:
        channel.settimeout(timeout_s)
        channel.sendto(_HEADER.pack(16 + len(body), question, _REQUEST_DUMP, 1, 0) + body, (0, 0))
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"rtnetlink question {question}")
            channel.settimeout(left)
            data, sender = channel.recvfrom(65536)
            if sender[0] != 0:  # not the kernel: any local process may write to our port
                continue
            for kind, payload in frames(data):
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    code = struct.unpack_from("=i", payload)[0] if len(payload) >= 4 else 0
                    raise OSError(-code, os.strerror(-code))
                if kind == answer_kind:
                    yield payload
                    given += 1
                    if given >= most:
                        return
