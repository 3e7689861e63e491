"""ICMP as sockets hand it over, with the IP header in front and without: bytes laid out by RFC 791, 792, 4443 and 8200,
and the headers as icmp(4) of macOS describes them."""

from __future__ import annotations

import errno
import socket
import struct
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.facts import Failure
from cpe_agent.host import icmp, icmp_error, icmp_message
from cpe_agent.host.icmp_message import ECHO, Complaint, EchoReply

IDENT, SEQUENCE, TOKEN = 0x1234, 7, b"token678"


def header(protocol: int = 1, *, options: bytes = b"", host_order: bool = False) -> bytes:
    """``host_order``: macOS turns the length around before it hands the packet over."""
    length = 20 + len(options)
    total = struct.pack("=H" if host_order else "!H", 84)
    fixed = bytes([0x40 | length // 4, 0]) + total + bytes(4) + bytes([57, protocol]) + bytes(2)
    return fixed + socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2") + options


def header_v6(following: int = 58) -> bytes:
    return b"\x60\0\0\0" + struct.pack("!HBB", 16, following, 1) + bytes(32)


def echo(kind: int, payload: bytes = TOKEN) -> bytes:
    return ECHO.pack(kind, 0, 0xBEEF, IDENT, SEQUENCE) + payload


def error(kind: int, code: int, quoted: bytes, rest: bytes = bytes(4)) -> bytes:
    return bytes([kind, code]) + bytes(2) + rest + quoted


@pytest.mark.parametrize(
    "front",
    [b"", header(), header(options=bytes(8)), header(host_order=True)],
    ids=["linux", "bsd", "options", "macos"],
)
def test_both_forms_of_an_answer(front: bytes) -> None:
    assert icmp_message.read(front + echo(0), v6=False) == EchoReply(IDENT, SEQUENCE, TOKEN)


def test_an_answer_of_ipv6_has_no_header() -> None:
    assert icmp_message.read(echo(129), v6=True) == EchoReply(IDENT, SEQUENCE, TOKEN)
    assert icmp_message.read(echo(0), v6=True) is None


@pytest.mark.parametrize("front", [b"", header()], ids=["without", "with"])
@pytest.mark.parametrize("inside", [header(), header(options=bytes(4))], ids=["plain", "options"])
def test_a_router_s_error_on_the_datagram_socket(front: bytes, inside: bytes) -> None:
    said = icmp_message.read(front + error(11, 0, inside + echo(8)), v6=False)
    assert said == Complaint(11, 0, None, echo(8)[:8])
    assert icmp_error.of_icmp(11, 0, v6=False) is Failure.TTL_EXCEEDED
    # Eight bytes of our packet are all that a router must quote.
    assert icmp_message.read(front + error(11, 0, inside + echo(8)[:8]), v6=False) == said
    assert icmp_message.read(front + error(11, 0, inside + echo(8)[:7]), v6=False) is None


def test_an_error_of_ipv6() -> None:
    said = icmp_message.read(error(3, 0, header_v6() + echo(128)), v6=True)
    assert said == Complaint(3, 0, None, echo(128)[:8])


def test_what_was_too_big_and_for_how_much() -> None:
    four = icmp_message.read(error(3, 4, header() + echo(8), struct.pack("!HH", 0, 1420)), v6=False)
    six = icmp_message.read(error(2, 0, header_v6() + echo(128), struct.pack("!I", 1280)), v6=True)
    assert four == Complaint(3, 4, 1420, echo(8)[:8])
    assert six == Complaint(2, 0, 1280, echo(128)[:8])
    old = icmp_message.read(error(3, 4, header() + echo(8)), v6=False)
    assert isinstance(old, Complaint)
    assert old.mtu is None, "a router from before RFC 1191"


@pytest.mark.parametrize(
    ("data", "v6"),
    [
        (b"", False),
        (b"\x45", False),
        (header(), False),
        (bytes([0x41]) + header()[1:] + echo(0), False),  # a header of four bytes
        (echo(8), False),  # a question
        (error(5, 1, header() + echo(8)), False),  # a redirect
        (error(11, 0, header(17) + echo(8)), False),  # of a UDP packet
        (error(11, 0, header() + echo(0)), False),  # of an answer
        (error(11, 0, b"\x65" + header()[1:] + echo(8)), False),
        (error(3, 0, header_v6(17) + echo(128)), True),
        (error(3, 0, header_v6()[:39]), True),
        (error(134, 0, header_v6() + echo(128)), True),  # a router advertisement
    ],
)
def test_what_is_none_of_ours(data: bytes, v6: bool) -> None:
    assert icmp_message.read(data, v6=v6) is None


@given(st.binary(max_size=200), st.booleans(), st.booleans())
def test_no_bytes_break_it(data: bytes, v6: bool, with_header: bool) -> None:
    icmp_message.read((header() if with_header else b"") + data, v6=v6)
    icmp_message.read(error(3, 4, data), v6=v6)


def test_the_time_that_a_mac_stamps() -> None:
    now = time.time_ns()
    seconds, rest = divmod(now, 1_000_000_000)
    stamp = [(socket.SOL_SOCKET, 0x02, struct.pack("@qi", seconds, rest // 1000) + bytes(4))]
    assert icmp_error.timestamp_ns(stamp, "darwin") == now // 1000 * 1000
    assert icmp_error.timestamp_ns(stamp, "linux") is None
    assert icmp_error.timestamp_ns([(socket.SOL_SOCKET, 0x02, bytes(16))], "darwin") is None, "of 1970"


@pytest.mark.parametrize(
    ("address", "number", "system", "failure"),
    [
        ("192.168.1.1", errno.EHOSTUNREACH, "darwin", Failure.NOT_PERMITTED),
        ("fe80::1%en0", errno.EHOSTUNREACH, "darwin", Failure.NOT_PERMITTED),
        ("239.255.255.250", errno.EHOSTUNREACH, "darwin", Failure.NOT_PERMITTED),
        ("192.168.1.1", errno.EHOSTDOWN, "darwin", Failure.HOST_UNREACHABLE),
        ("1.1.1.1", errno.EHOSTUNREACH, "darwin", Failure.HOST_UNREACHABLE),
        ("192.168.1.1", errno.EHOSTUNREACH, "linux", Failure.HOST_UNREACHABLE),
    ],
)
def test_a_mac_that_keeps_a_program_from_the_home_network(
    address: str, number: int, system: str, failure: Failure
) -> None:
    assert icmp_error.failure_of(number, address, system) is failure


class _Socket:
    """Takes options as a Mac's ICMP socket of an ordinary user does."""

    def __init__(self, family: socket.AddressFamily) -> None:
        self.family = family
        self.taken: list[tuple[int, int, int]] = []

    def setsockopt(self, level: int, option: int, value: int) -> None:
        if level == socket.IPPROTO_IPV6:
            raise PermissionError(errno.EPERM, "not for everybody")
        self.taken.append((level, option, value))


def test_a_mac_s_socket_that_knows_no_don_t_fragment_still_probes_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    four, six = _Socket(socket.AF_INET), _Socket(socket.AF_INET6)
    for one in (four, six):
        icmp.forbid_fragments(one)  # type: ignore[arg-type]
    assert four.taken == [(socket.IPPROTO_IP, 28, 1)]
