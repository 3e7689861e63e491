"""Reads the answer to one question (RFC 1035, 4.1): its code, whether it was cut, and the addresses in it.

Written here because nothing else of a DNS library is needed, and loading one costs as much processor time as the rest
of a run; ``tests/test_dns_answer.py`` holds it against dnspython.
"""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

from cpe_agent.facts import Failure
from cpe_agent.host.datagram import AnswerError

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_TRUNCATED = 0x0200
_IN, _OPT = 1, 41
_SIZES = {1: (socket.AF_INET, 4), 28: (socket.AF_INET6, 16)}
_TYPES = {"A": 1, "AAAA": 28}
_MOST_ADDRESSES = 16
_RCODES = {2: Failure.SERVFAIL, 3: Failure.NXDOMAIN, 5: Failure.DNS_REFUSED}


class Parsed(NamedTuple):
    """``failure`` None: NOERROR with at least one address."""

    ok: bool
    truncated: bool
    addresses: tuple[str, ...]
    failure: Failure | None


def parse(data: bytes, record: str) -> Parsed:
    """Read a whole message. Raises ``AnswerError`` for what breaks the protocol; a message that says it was cut may
    end anywhere. Each record is at least eleven bytes, so the message's size bounds the work."""
    wanted = _TYPES.get(record)
    found: dict[str, None] = {}
    try:
        _, flags, questions, answers, authorities, more = _HEADER.unpack_from(data)
        code, cut = flags & 15, bool(flags & _TRUNCATED)
        offset = _HEADER.size
        for _ in range(questions):
            offset = _after_name(data, offset) + 4
        for number in range(answers + authorities + more):
            if cut and offset >= len(data):
                break
            offset = _after_name(data, offset)
            kind, group, ttl, length = _RECORD.unpack_from(data, offset)
            offset += _RECORD.size
            content = data[offset : offset + length]
            offset += length
            if len(content) != length:
                if cut:
                    break
                raise AnswerError
            if kind == _OPT:
                code |= ttl >> 24 << 4  # RFC 6891, 6.1.3
            elif kind == wanted and group == _IN and number < answers:
                family, size = _SIZES[kind]
                if length != size:
                    raise AnswerError
                found[socket.inet_ntop(family, content)] = None
        if offset > len(data) and not cut:
            raise AnswerError
    except (struct.error, IndexError) as error:
        raise AnswerError from error
    if code != 0:
        return Parsed(False, False, (), _RCODES.get(code, Failure.OTHER))
    addresses = tuple(found)[:_MOST_ADDRESSES]
    return Parsed(True, cut, addresses, None if addresses else Failure.NODATA)


def _after_name(data: bytes, offset: int) -> int:
    """Where the name at ``offset`` ends. Nothing is followed: a pointer ends a name (RFC 1035, 4.1.4), and one that
    does not point back is no pointer."""
    start = offset
    while True:
        length = data[offset]
        if length == 0:
            return offset + 1
        if length >= 0xC0:
            if ((length & 0x3F) << 8 | data[offset + 1]) >= start:
                raise AnswerError
            return offset + 2
        if length >= 0x40 or offset - start > 255:
            raise AnswerError
        offset += 1 + length
