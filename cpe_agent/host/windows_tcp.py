"""Who ended a TCP connection attempt by an ICMP error, as Windows tells it since 10-1607 (mstcpip.h, ws2ipdef.h)."""

from __future__ import annotations

import contextlib
import socket
import struct

from cpe_agent.facts import Failure
from cpe_agent.host import windows_api
from cpe_agent.host.icmp_error import SocketError, of_icmp
from cpe_agent.host.windows_address import read_address

_FAIL_CONNECT_ON_ICMP_ERROR, _ICMP_ERROR_INFO = 18, 19
_INFO_BYTES = 36  # ICMP_ERROR_INFO: SOCKADDR_INET, protocol, type, code
_ICMP, _ICMP6 = 1, 58


# mstcpip.h: SIO_TCP_INITIAL_RTO with TCP_INITIAL_RTO_PARAMETERS: the time left as it is, no SYN sent again.
_INITIAL_RTO, _NOT_AGAIN = 0x98000011, struct.pack("<HBx", 0xFFFF, 0xFE)
_RESENT_S = 1.0  # after which an unanswered SYN is sent again, at the earliest


def refusal_at_once(sock: socket.socket, timeout_s: float) -> None:
    """Windows answers a refusal by asking twice more, a second in all: a short wait would take a living router for a
    silent one. Who waits no longer than a second loses nothing by a single SYN. From 10-1709 on."""
    if timeout_s <= _RESENT_S:
        windows_api.control_socket(sock.fileno(), _INITIAL_RTO, _NOT_AGAIN)


def watch(sock: socket.socket, on: bool) -> None:
    with contextlib.suppress(OSError):  # an older Windows waits for its own time-out
        sock.setsockopt(socket.IPPROTO_TCP, _FAIL_CONNECT_ON_ICMP_ERROR, on)


def said(sock: socket.socket) -> SocketError | None:
    try:
        return read_info(sock.getsockopt(socket.IPPROTO_TCP, _ICMP_ERROR_INFO, _INFO_BYTES))
    except OSError:
        return None


def read_info(info: bytes) -> SocketError | None:
    """``ICMP_ERROR_INFO``; None for one that names nobody."""
    sender = read_address(info)
    if len(info) < _INFO_BYTES - 2 or sender is None:
        return None
    protocol, icmp_type, code = struct.unpack_from("<IBB", info, 28)
    if protocol not in (_ICMP, _ICMP6):
        return None
    failure = of_icmp(icmp_type, code, v6=protocol == _ICMP6)
    return None if failure is Failure.OTHER else SocketError(failure, sender, None, 0, b"", None)
