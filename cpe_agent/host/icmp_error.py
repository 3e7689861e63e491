"""What a socket's errors say: which failure, and who said it.

Linux keeps ICMP errors for a socket in its error queue when IP_RECVERR / IPV6_RECVERR is set (ip(7), ipv6(7)): each
entry is a ``sock_extended_err``, the address of the sender, the quoted start of our own packet and where it went.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
import time
from typing import NamedTuple

from cpe_agent.facts import Failure

HAS_QUEUE = sys.platform.startswith("linux")
IP_RECVERR = 11  # linux/in.h
IPV6_RECVERR = 25  # linux/in6.h
_LONGEST_WAIT_NS = 10_000_000_000  # of a packet in its socket: longer than any run
SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the ancillary message has the same number
_MACOS_SO_TIMESTAMP, _MACOS_SCM_TIMESTAMP = 0x0400, 0x02  # sys/socket.h

_ORIGIN_LOCAL = 1  # linux/errqueue.h
_ORIGIN_ICMP = 2
_ORIGIN_ICMP6 = 3

_UNREACHABLE_V4 = {  # RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1
    0: Failure.NET_UNREACHABLE,
    1: Failure.HOST_UNREACHABLE,
    2: Failure.PORT_UNREACHABLE,  # protocol unreachable: the host is alive and says so
    3: Failure.PORT_UNREACHABLE,
    4: Failure.TOO_BIG,
    6: Failure.NET_UNREACHABLE,
    7: Failure.HOST_UNREACHABLE,
    8: Failure.HOST_UNREACHABLE,
    9: Failure.ADMIN_PROHIBITED,
    10: Failure.ADMIN_PROHIBITED,
    11: Failure.NET_UNREACHABLE,
    12: Failure.HOST_UNREACHABLE,
    13: Failure.ADMIN_PROHIBITED,
    14: Failure.ADMIN_PROHIBITED,
    15: Failure.ADMIN_PROHIBITED,
}
_UNREACHABLE_V6 = {  # RFC 4443 3.1
    0: Failure.NET_UNREACHABLE,
    1: Failure.ADMIN_PROHIBITED,
    2: Failure.NET_UNREACHABLE,
    3: Failure.HOST_UNREACHABLE,
    4: Failure.PORT_UNREACHABLE,
    5: Failure.ADMIN_PROHIBITED,
    6: Failure.NET_UNREACHABLE,
}
_ERRNO = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ECONNRESET: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ETIMEDOUT: Failure.TIMED_OUT,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Failure.HOST_UNREACHABLE,
    errno.ENETUNREACH: Failure.NET_UNREACHABLE,
    errno.ENETDOWN: Failure.NO_ROUTE,
    errno.ENODEV: Failure.NO_ROUTE,
    errno.ENOBUFS: Failure.NO_ROUTE,  # with an error queue: the interface has no carrier and took nothing
    errno.EPERM: Failure.NOT_PERMITTED,
    errno.EACCES: Failure.NOT_PERMITTED,
    errno.EADDRNOTAVAIL: Failure.ADDRESS_UNUSABLE,
    errno.EAFNOSUPPORT: Failure.ADDRESS_UNUSABLE,
    errno.EINVAL: Failure.ADDRESS_UNUSABLE,
    errno.EMSGSIZE: Failure.TOO_BIG,
}
if sys.platform == "win32":
    # What SO_ERROR gives comes as Winsock's own number; Python has a name only for the other ones.
    _ERRNO |= {
        10013: Failure.NOT_PERMITTED,  # WSAEACCES
        10022: Failure.ADDRESS_UNUSABLE,  # WSAEINVAL
        errno.ENOBUFS: Failure.OTHER,  # here it is about memory
    }
# What a datagram socket is told of an earlier datagram in place of an answer; by whom stays untold.
_OF_DATAGRAM = {
    errno.ECONNREFUSED: Failure.PORT_UNREACHABLE,  # macOS, of a connected socket
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Failure.HOST_UNREACHABLE,
    errno.ENETUNREACH: Failure.NET_UNREACHABLE,
    errno.EMSGSIZE: Failure.TOO_BIG,
    10054: Failure.PORT_UNREACHABLE,  # WSAECONNRESET
    10052: Failure.TTL_EXCEEDED,  # WSAENETRESET
    10065: Failure.HOST_UNREACHABLE,  # WSAEHOSTUNREACH
    10051: Failure.NET_UNREACHABLE,  # WSAENETUNREACH
}


class SocketError(NamedTuple):
    """One entry of the error queue. ``sender`` is who sent the ICMP error: one of our own addresses when this
    computer itself gave up (a failed ARP or ND), None when no packet was involved. ``target_port`` and ``quoted``
    are our own packet's; ``at_ns`` is the kernel's receive time (CLOCK_REALTIME)."""

    failure: Failure
    sender: str | None
    mtu: int | None
    target_port: int
    quoted: bytes
    at_ns: int | None


def failure_of(error: OSError | int | None, to: str | None = None, system: str = sys.platform) -> Failure:
    """The failure an errno stands for when nobody sent an ICMP error. ``to``: the address that was meant. From macOS 15
    on a program may reach the home network only once its user said yes, and hears EHOSTUNREACH until then (Apple's
    TN3179): that must not look like a router that is not there, whose word is EHOSTDOWN."""
    number = _number(error)
    if system == "darwin" and number == errno.EHOSTUNREACH and to is not None and _is_home(to):
        return Failure.NOT_PERMITTED
    return _ERRNO.get(number, Failure.OTHER)


def _number(error: OSError | int | None) -> int:
    return (error.errno if isinstance(error, OSError) else error) or 0


def _is_home(address: str) -> bool:
    """Is it one that no router forwards into the Internet (RFC 1918, RFC 6598, RFC 4193, link-local, multicast)?"""
    import ipaddress

    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return found.is_multicast or not found.is_global


def local_failure(error: OSError | int | None, to: str | None = None) -> Failure:
    """The same for a call that failed at once: then "unreachable" was said by our own routing table."""
    failure = failure_of(error, to)
    if failure in (Failure.NET_UNREACHABLE, Failure.HOST_UNREACHABLE):
        return Failure.NO_ROUTE
    return failure


def watch_errors(sock: socket.socket) -> None:
    """Have the kernel keep ICMP errors for this socket, and stamp what it receives, where it does either."""
    if sys.platform == "darwin":
        sock.setsockopt(socket.SOL_SOCKET, _MACOS_SO_TIMESTAMP, 1)
    if not HAS_QUEUE:
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


def timestamp_ns(ancillary: list[tuple[int, int, bytes]], system: str = sys.platform) -> int | None:
    """The kernel's receive time among the ancillary messages, in nanoseconds of CLOCK_REALTIME. None too when that is
    not a moment ago: the clock was set in between, and the difference would be years."""
    # A timespec on Linux, a timeval on macOS, whose microseconds are 32 bits.
    wanted, form, parts = (SO_TIMESTAMPNS, "@qq", 1) if system != "darwin" else (_MACOS_SCM_TIMESTAMP, "@qi", 1000)
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == wanted and len(data) >= struct.calcsize(form):
            seconds, part = struct.unpack_from(form, data)
            stamp = int(seconds * 1_000_000_000 + part * parts)
            return stamp if abs(time.time_ns() - stamp) < _LONGEST_WAIT_NS else None
    return None


def of_datagram(error: OSError) -> SocketError | None:
    """What Windows and macOS say of an earlier datagram when the next one is waited for; None for a word about anything
    else."""
    failure = _OF_DATAGRAM.get(getattr(error, "winerror", None) or error.errno or 0)
    return None if failure is None else SocketError(failure, None, None, 0, b"", None)


def next_error(sock: socket.socket) -> SocketError | None:
    """Take one entry out of the error queue; None when it is empty, or the system has none."""
    if not HAS_QUEUE:
        return None
    try:
        quoted, ancillary, _, name = sock.recvmsg(128, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    port = name[1] if isinstance(name, tuple) and len(name) > 1 else 0
    at_ns = timestamp_ns(ancillary)
    for level, kind, data in ancillary:
        if (level, kind) in ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)) and len(data) >= 16:
            number, origin, icmp_type, code, _, info, _ = struct.unpack_from("@IBBBBII", data)
            failure = _classify(number, origin, icmp_type, code)
            sender = _sender(data[16:]) if origin in (_ORIGIN_ICMP, _ORIGIN_ICMP6) else None
            mtu = info if failure is Failure.TOO_BIG and 0 < info < 65536 else None
            return SocketError(failure, sender, mtu, port, quoted, at_ns)
    return SocketError(Failure.OTHER, None, None, port, quoted, at_ns)


def _classify(number: int, origin: int, icmp_type: int, code: int) -> Failure:
    if origin in (_ORIGIN_ICMP, _ORIGIN_ICMP6):
        return of_icmp(icmp_type, code, v6=origin == _ORIGIN_ICMP6)
    return local_failure(number) if origin == _ORIGIN_LOCAL else failure_of(number)


def of_icmp(icmp_type: int, code: int, *, v6: bool) -> Failure:
    """RFC 792, RFC 4443."""
    if v6:
        if icmp_type == 1:
            return _UNREACHABLE_V6.get(code, Failure.OTHER)
        return {2: Failure.TOO_BIG, 3: Failure.TTL_EXCEEDED}.get(icmp_type, Failure.OTHER)
    if icmp_type == 3:
        return _UNREACHABLE_V4.get(code, Failure.OTHER)
    return Failure.TTL_EXCEEDED if icmp_type == 11 else Failure.OTHER


def _sender(data: bytes) -> str | None:
    """The ``sockaddr`` behind a ``sock_extended_err``."""
    if len(data) < 8:
        return None
    family = struct.unpack_from("@H", data)[0]
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[4:8])
    if family == socket.AF_INET6 and len(data) >= 24:
        return socket.inet_ntop(socket.AF_INET6, data[8:24])
    return None
