"""Literal addresses as socket addresses, and sockets bound to one interface."""

from __future__ import annotations

import socket
import struct
import sys
from typing import cast

from cpe_agent.collector import CannotMeasure, Outcome

_IP_UNICAST_IF = 50  # linux/in.h
_IPV6_UNICAST_IF = 76  # linux/in6.h
_WINDOWS_UNICAST_IF = 31  # ws2ipdef.h, of either family
_MACOS_BOUND_IF, _MACOS_BOUND_IF_V6 = 25, 125  # netinet/in.h, netinet6/in6.h

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


class Endpoint:
    """A literal address and a port: ``family`` (AF_INET or AF_INET6) and ``address`` as the socket calls want it.
    Raises ``ValueError`` for anything that is no literal ("fe80::1%eth0" is one)."""

    __slots__ = ("address", "family", "v6")

    def __init__(self, literal: str, port: int) -> None:
        if sys.platform == "win32":
            literal = _with_index(literal)
        try:
            # As bytes: a str makes Python load its tables of international names first, some milliseconds.
            found = socket.getaddrinfo(literal.encode(), port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError) as error:
            raise ValueError("not a literal address") from error
        family, _, _, _, address = found[0]
        self.family: socket.AddressFamily = family
        self.address = cast("SocketAddress", address)  # of these two families it has no other shape
        self.v6 = family == socket.AF_INET6

    def with_port(self, port: int) -> SocketAddress:
        return (self.address[0], port, *self.address[2:])


def bind_to_nic(sock: socket.socket, nic: str) -> None:
    """Everything this socket sends leaves by ``nic``. Linux lets anybody do it since 5.7; before that, datagram
    sockets still take IP_UNICAST_IF. Windows has that one for all, macOS IP_BOUND_IF. Raises ``CannotMeasure``."""
    if sys.platform == "win32":
        _prefer_nic(sock, nic)
        return
    if sys.platform == "darwin":
        _bind_on_a_mac(sock, nic)
        return
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, nic.encode() + b"\0")
    except PermissionError:
        if sock.type == socket.SOCK_STREAM:  # TCP does not follow IP_UNICAST_IF
            raise CannotMeasure(Outcome.DENIED, f"this user may not bind to {nic}") from None
    except OSError:
        raise CannotMeasure(Outcome.UNSUPPORTED, f"cannot bind to interface {nic}") from None
    else:
        return
    try:
        index = struct.pack("!I", socket.if_nametoindex(nic))
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_UNICAST_IF, index)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_UNICAST_IF, index)
    except OSError:
        raise CannotMeasure(Outcome.DENIED, f"this user may not bind to {nic}") from None


def _with_index(literal: str) -> str:
    """ "fe80::1%Ethernet" with the interface's number, which is all that Windows takes in a socket address."""
    address, percent, nic = literal.partition("%")
    if not percent or nic.isdecimal():
        return literal
    from cpe_agent.host import windows_api

    return f"{address}%{windows_api.interface_index(nic)}"


def _bind_on_a_mac(sock: socket.socket, nic: str) -> None:
    try:
        index = socket.if_nametoindex(nic)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, _MACOS_BOUND_IF_V6, index)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _MACOS_BOUND_IF, index)
    except OSError:
        raise CannotMeasure(Outcome.UNSUPPORTED, f"cannot bind to interface {nic}") from None


def _prefer_nic(sock: socket.socket, nic: str) -> None:
    from cpe_agent.host import windows_api

    index = windows_api.interface_index(nic)
    try:
        if not index:
            raise OSError("no such interface")
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, _WINDOWS_UNICAST_IF, index)
        else:  # in network byte order, unlike the other
            sock.setsockopt(socket.IPPROTO_IP, _WINDOWS_UNICAST_IF, struct.pack("!I", index))
    except OSError:
        raise CannotMeasure(Outcome.UNSUPPORTED, f"cannot bind to interface {nic}") from None
