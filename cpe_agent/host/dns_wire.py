"""Questions and answers of the DNS (RFC 1035), over UDP, TCP and TLS.

Questions are packed here, answers are read by ``dns_answer``.
"""

from __future__ import annotations

import asyncio
import os
import struct
import time
from typing import TYPE_CHECKING

from cpe_agent.facts import DnsAnswer, Failure
from cpe_agent.host.datagram import AnswerError, Asked, ask
from cpe_agent.host.dns_answer import Parsed, parse
from cpe_agent.host.icmp_error import failure_of

if TYPE_CHECKING:
    from cpe_agent.host.stream import Stream

_TYPES = {"A": 1, "NS": 2, "CNAME": 5, "TXT": 16, "AAAA": 28}
_MOST_BYTES = 16384  # of a TCP answer; a question for one name never needs more


def query(name: str, record: str, identifier: int, *, size: int = 0) -> bytes:
    """One question with recursion desired and an EDNS record for 1232 bytes (RFC 6891), padded to ``size`` bytes
    (RFC 7830) where that is larger. Raises ``ValueError`` for what is no name."""
    labels = b""
    for label in name.rstrip(".").split(".") if name.rstrip(".") else ():
        raw = label.encode("ascii") if label.isascii() else label.encode("idna")
        if not 0 < len(raw) < 64:
            raise ValueError("not a domain name")
        labels += bytes([len(raw)]) + raw
    if len(labels) > 254:
        raise ValueError("not a domain name")
    question = labels + b"\0" + struct.pack("!HH", _TYPES[record], 1)
    header = struct.pack("!HHHHHH", identifier, 0x0100, 1, 0, 0, 1)
    bare = len(header) + len(question) + 11
    options = b""
    if size >= bare + 4:
        options = struct.pack("!HH", 12, size - bare - 4) + bytes(size - bare - 4)
    return header + question + b"\0" + struct.pack("!HHIH", 41, 1232, 0, len(options)) + options


def answers_question(data: bytes, asked: bytes) -> bool:
    """Is it an answer to that very question: identifier, the answer bit, and the question as asked, letter case
    aside?"""
    if len(data) < 12 or data[:2] != asked[:2] or not data[2] & 0x80:
        return False
    if data[4:6] == b"\0\0" and data[3] & 15:
        return True  # an error answer may leave the question out (RFC 1035 says nothing; forwarders do)
    end = asked.index(b"\0", 12) + 5
    return data[4:6] == b"\0\1" and data[12:end].lower() == asked[12:end].lower()


async def ask_udp(
    server: str, asked: bytes, record: str, *, timeout_s: float, resend_s: tuple[float, ...], nic: str | None
) -> Asked[Parsed]:
    async def accept(data: bytes) -> Parsed:
        if not answers_question(data, asked):
            raise AnswerError
        return parse(data, record)

    return await ask(server, 53, lambda _: asked, accept, resend_s=resend_s, timeout_s=timeout_s, nic=nic)


async def _ask_stream(stream: Stream, asked: bytes, record: str) -> Parsed:
    await stream.write(struct.pack("!H", len(asked)) + asked)
    length = struct.unpack("!H", await stream.read_exactly(2))[0]
    if length > _MOST_BYTES:
        raise AnswerError
    data = await stream.read_exactly(length)
    if not answers_question(data, asked):
        raise AnswerError
    return parse(data, record)


async def ask_tcp(
    server: str, asked: bytes, record: str, *, secure: bool, timeout_s: float, nic: str | None
) -> Asked[Parsed]:
    """The same over TCP port 53, or over TLS port 853 (RFC 7858, opportunistic: no name is known to check)."""
    from cpe_agent.host.stream import open_stream
    from cpe_agent.host.tls import handshake_failure, unverified

    loop = asyncio.get_running_loop()
    start = loop.time()
    stream, connect = await open_stream(server, 853 if secure else 53, timeout_s=timeout_s, nic=nic)
    if stream is None:
        return Asked(None, connect.ms, 1, connect.failure, connect.failure_from, None)
    failure: Failure | None = None
    parsed: Parsed | None = None
    with stream:
        try:
            async with asyncio.timeout_at(start + timeout_s):
                if secure:
                    await stream.start_tls(unverified(), "")
                parsed = await _ask_stream(stream, asked, record)
        except TimeoutError:
            failure = Failure.TIMED_OUT
        except AnswerError:
            failure = Failure.GARBAGE
        except EOFError:
            failure = Failure.CLOSED
        except OSError as error:
            failure = handshake_failure(error) if secure else failure_of(error)
    return Asked(parsed, (loop.time() - start) * 1000, 1, failure, None, None)


async def dns(
    server: str,
    name: str,
    *,
    kind: str,
    record: str,
    transport: str,
    timeout_s: float,
    resend_s: tuple[float, ...],
    nic: str | None,
) -> DnsAnswer:
    """One question to one server; see ``Net.dns``."""
    start = time.monotonic()
    blank = DnsAnswer(server, name, kind, transport, record, ok=False, tries=0)
    try:
        asked = query(name, record, int.from_bytes(os.urandom(2), "big"))
    except (ValueError, KeyError):
        return blank._replace(failure=Failure.OTHER)
    if transport == "udp":
        got = await ask_udp(server, asked, record, timeout_s=timeout_s, resend_s=resend_s, nic=nic)
        left = timeout_s - (time.monotonic() - start)
        if got.answer is not None and got.answer.truncated:
            second = await ask_tcp(server, asked, record, secure=False, timeout_s=max(0.05, left), nic=nic)
            whole = second.answer is not None and not second.answer.truncated
            got = second if whole else got._replace(answer=None, failure=Failure.TRUNCATED)
    else:
        got = await ask_tcp(server, asked, record, secure=transport == "dot", timeout_s=timeout_s, nic=nic)
    answer = got.answer
    return blank._replace(
        ok=answer is not None and answer.ok,
        addresses=answer.addresses if answer is not None else (),
        failure=answer.failure if answer is not None else got.failure,
        failure_from=got.failure_from,
        ms=None if got.ms is None else round(got.ms, 3),
        tries=got.tries,
    )
