"""TCP handshakes as echoes, for a router that this user may not ping: whatever it answers to a SYN, a SYN-ACK or a
reset, its own network stack answered, and nothing beyond it was asked."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure
from cpe_agent.host.endpoint import Endpoint
from cpe_agent.host.icmp_error import failure_of, local_failure
from cpe_agent.host.prober import Reply
from cpe_agent.host.stamp import now_ns
from cpe_agent.host.tcp import PENDING, stream_socket

if TYPE_CHECKING:
    from collections.abc import Callable

# A lost SYN is sent again after one second (RFC 6298, 2.1): an answer this late is the answer to the second one.
_RESENT_NS = 900_000_000
_HANG_UP = struct.pack("ii", 1, 0)  # close with a reset: forty connections must not linger at the router


class TcpProber:
    method = "tcp"

    def __init__(self, address: str, port: int, on_reply: Callable[[Reply], None]) -> None:
        self._endpoint = Endpoint(address, port)
        self._on_reply = on_reply
        self._loop = asyncio.get_running_loop()
        self._open: dict[int, socket.socket] = {}

    def close(self) -> None:
        for index in tuple(self._open):
            self._drop(index)

    def send(self, index: int, *, ttl: int | None = None, size: int = 0) -> Failure | None:
        del ttl, size  # a handshake has one size and is no trace
        try:
            sock = stream_socket(self._endpoint.family)
        except OSError as error:
            return local_failure(error)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HANG_UP)
        self._open[index] = sock
        sent_ns = now_ns()
        number = sock.connect_ex(self._endpoint.address)
        if number in PENDING:
            self._loop.add_writer(sock, self._ended, index, sent_ns)
            return None
        if number in (0, errno.ECONNREFUSED):  # as fast as on the same machine
            self._loop.call_soon(self._ended, index, sent_ns, number)
            return None
        self._drop(index)
        return local_failure(number, self._endpoint.address[0])

    def _ended(self, index: int, sent_ns: int, number: int | None = None) -> None:
        sock = self._open.get(index)
        if sock is None:
            return
        if number is None:
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self._drop(index)
        now = now_ns()
        if number in (0, errno.ECONNREFUSED):
            if now - sent_ns < _RESENT_NS:
                self._on_reply(Reply(index, now, self._endpoint.address[0]))
        else:
            self._on_reply(Reply(index, now, None, failure_of(number, self._endpoint.address[0])))

    def _drop(self, index: int) -> None:
        sock = self._open.pop(index)
        self._loop.remove_writer(sock)
        sock.close()
