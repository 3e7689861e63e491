"""How long the router's tables exist, and its outside address: NAT-PMP (RFC 6886) and PCP ANNOUNCE (RFC 6887 14.1).
Nothing is mapped."""

from __future__ import annotations

import socket
import struct

from cpe_agent.facts import NatPmp
from cpe_agent.host.datagram import AnswerError, ask

_PORT = 5351
_RESEND_S = (0.1, 0.25)
_UNSUPPORTED_VERSION = 1  # both protocols number it so


async def nat_pmp(gateway: str, *, timeout_s: float) -> NatPmp:
    """Ask for the external address: version 0, operation 0."""

    async def accept(data: bytes) -> NatPmp:
        if len(data) < 8 or data[1] != 128:
            raise AnswerError
        result, epoch = struct.unpack_from("!HI", data, 2)
        outside = None
        if result == 0:
            if len(data) < 12:
                raise AnswerError
            outside = socket.inet_ntop(socket.AF_INET, data[8:12])
        return NatPmp("nat-pmp", answered=True, epoch_s=epoch, external_address=outside, result_code=result)

    got = await ask(gateway, _PORT, lambda _: b"\0\0", accept, resend_s=_RESEND_S, timeout_s=timeout_s)
    return got.answer or NatPmp("nat-pmp", answered=False, failure=got.failure)


async def pcp(gateway: str, *, timeout_s: float) -> NatPmp:
    """ANNOUNCE: version 2, opcode 0, our own address. A router with NAT-PMP only answers in its version 0."""

    def question(own: str) -> bytes:
        packed = _as_v6(own)
        return struct.pack("!BBHI", 2, 0, 0, 0) + packed

    async def accept(data: bytes) -> NatPmp:
        if len(data) >= 8 and data[0] == 0 and data[1] & 0x80:
            result, epoch = struct.unpack_from("!HI", data, 2)
            if result != _UNSUPPORTED_VERSION:
                raise AnswerError
            return NatPmp("pcp", answered=True, epoch_s=epoch, result_code=result)
        if len(data) < 24 or data[1] != 0x80:
            raise AnswerError
        (epoch,) = struct.unpack_from("!I", data, 8)
        return NatPmp("pcp", answered=True, epoch_s=epoch, result_code=data[3])

    got = await ask(gateway, _PORT, question, accept, resend_s=_RESEND_S, timeout_s=timeout_s)
    return got.answer or NatPmp("pcp", answered=False, failure=got.failure)


def _as_v6(address: str) -> bytes:
    """An IPv4 address is carried as ::ffff:a.b.c.d (RFC 6887 section 5)."""
    literal = address.partition("%")[0]
    if ":" in literal:
        return socket.inet_pton(socket.AF_INET6, literal)
    return bytes(10) + b"\xff\xff" + socket.inet_aton(literal)
