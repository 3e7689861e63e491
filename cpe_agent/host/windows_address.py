"""Socket addresses in the bytes that Windows hands out: SOCKADDR_IN, SOCKADDR_IN6 and the union of both (ws2ipdef.h).
Pure."""

from __future__ import annotations

import socket
import struct

AF_INET, AF_INET6 = 2, 23  # winsock2.h; the second differs from other systems
SOCKADDR_INET_BYTES = 28
NOBODY = ("0.0.0.0", "::")  # noqa: S104 - the unspecified addresses, of which nothing is bound here
_IN6_HEAD = struct.Struct("<HHI16sI")  # family, port, flow information, address, scope identifier


def read_address(data: bytes) -> str | None:
    """The address at the start of ``data``, without scope; None for anything else, and for too few bytes."""
    if len(data) < 8:
        return None
    (family,) = struct.unpack_from("<H", data)
    if family == AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[4:8])
    if family == AF_INET6 and len(data) >= _IN6_HEAD.size:
        return socket.inet_ntop(socket.AF_INET6, data[8:24])
    return None


def sockaddr(address: str, scope: int = 0) -> bytes:
    """SOCKADDR_IN6 for ``address``, 28 bytes. Raises OSError for no literal."""
    return _IN6_HEAD.pack(AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, address.partition("%")[0]), scope)
