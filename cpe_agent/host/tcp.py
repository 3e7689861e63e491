"""TCP connections to literal addresses, with whoever refused them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
import sys
from typing import TYPE_CHECKING

from cpe_agent.facts import Connect, Failure
from cpe_agent.host.endpoint import Endpoint, bind_to_nic
from cpe_agent.host.icmp_error import HAS_QUEUE, IP_RECVERR, IPV6_RECVERR, failure_of, local_failure, next_error

if TYPE_CHECKING:
    from cpe_agent.host.icmp_error import SocketError
PENDING = (errno.EINPROGRESS, errno.EWOULDBLOCK)  # the second is the word of Windows


def stream_socket(family: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    return sock


def _watch(sock: socket.socket, on: bool) -> None:
    """Let an ICMP error end the connection, or (once it stands) not."""
    if HAS_QUEUE:
        v6 = sock.family == socket.AF_INET6
        level, option = (socket.IPPROTO_IPV6, IPV6_RECVERR) if v6 else (socket.IPPROTO_IP, IP_RECVERR)
        sock.setsockopt(level, option, on)
    elif sys.platform == "win32":
        from cpe_agent.host import windows_tcp

        windows_tcp.watch(sock, on)


def _said(sock: socket.socket) -> SocketError | None:
    if sys.platform == "win32":
        from cpe_agent.host import windows_tcp

        return windows_tcp.said(sock)
    return next_error(sock)


async def open_tcp(
    address: str, port: int, *, timeout_s: float, nic: str | None = None
) -> tuple[socket.socket | None, Connect]:
    """A connected non-blocking socket, or None and why. With an error queue a router's "unreachable" ends the try
    within its round trip, and the queue says which router."""
    loop = asyncio.get_running_loop()
    blank = Connect(address, port, ok=False, nic=nic)
    try:
        endpoint = Endpoint(address, port)
        sock = stream_socket(endpoint.family)
    except ValueError:
        return None, blank._replace(failure=Failure.ADDRESS_UNUSABLE)
    except OSError as error:
        return None, blank._replace(failure=local_failure(error))
    keep = False
    try:
        if nic is not None:
            bind_to_nic(sock, nic)
        _watch(sock, True)
        if sys.platform == "win32":
            from cpe_agent.host import windows_tcp

            windows_tcp.refusal_at_once(sock, timeout_s)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = loop.time()
        number = sock.connect_ex(endpoint.address)
        if number in PENDING:
            if not await _writable(sock, start + timeout_s):
                said = _said(sock)
                failure = Failure.TIMED_OUT if said is None else said.failure
                return None, _failed(blank, failure, said, (loop.time() - start) * 1000)
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            ms = (loop.time() - start) * 1000
            if number:
                said = _said(sock)
                return None, _failed(blank, said.failure if said else unsaid(number, address), said, ms)
        elif number:
            return None, blank._replace(failure=local_failure(number, address), ms=0.0)
        _watch(sock, False)  # a stray ICMP error must not break it now
        keep = True
        ms = _handshake_ms(sock, (loop.time() - start) * 1000)
        return sock, blank._replace(ok=True, ms=round(ms, 3))
    except OSError as error:
        return None, blank._replace(failure=local_failure(error))
    finally:
        if not keep:
            sock.close()


def unsaid(number: int, address: str, system: str = sys.platform) -> Failure:
    """What an attempt ended with when nobody sent an ICMP error. "Unreachable" is then Windows' word about its own
    routes: without its option to fail by ICMP it waits on, and with it the sender is known."""
    return (local_failure if system == "win32" else failure_of)(number, address)


def _handshake_ms(sock: socket.socket, elapsed_ms: float) -> float:
    """The kernel's own round trip of the SYN: ours is late when the loop was busy. After a resent SYN the time that
    passed is the answer."""
    if not HAS_QUEUE:
        return elapsed_ms
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    if len(info) < 104:
        return elapsed_ms
    (round_trip_us,) = struct.unpack_from("@I", info, 68)  # tcpi_rtt of linux/tcp.h
    (resent,) = struct.unpack_from("@I", info, 100)  # tcpi_total_retrans
    return elapsed_ms if resent or not round_trip_us else min(elapsed_ms, round_trip_us / 1000)


def _failed(blank: Connect, failure: Failure, said: SocketError | None, ms: float) -> Connect:
    return blank._replace(failure=failure, failure_from=said.sender if said else None, ms=round(ms, 3))


async def _writable(sock: socket.socket, deadline: float) -> bool:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_writer(sock, lambda: None if ready.done() else ready.set_result(None))
    try:
        async with asyncio.timeout_at(deadline):
            await ready
    except TimeoutError:
        return False
    finally:
        loop.remove_writer(sock)
    return True


async def connect(address: str, port: int, *, timeout_s: float, nic: str | None = None) -> Connect:
    sock, answer = await open_tcp(address, port, timeout_s=timeout_s, nic=nic)
    if sock is not None:
        sock.close()
    return answer


async def loopback_tcp(*, timeout_s: float) -> Connect:
    """Connect to ourselves, send eight bytes and read them: is this computer's own TCP alive?"""
    loop = asyncio.get_running_loop()
    start = loop.time()
    port = 0
    try:
        with stream_socket(socket.AF_INET) as server:
            server.bind(("127.0.0.1", 0))
            server.listen(1)
            port = server.getsockname()[1]
            async with asyncio.timeout(timeout_s):
                near, answer = await open_tcp("127.0.0.1", port, timeout_s=timeout_s)
                if near is None:
                    return answer
                with near:
                    far, _ = await loop.sock_accept(server)
                    with far:
                        sent = os.urandom(8)
                        await loop.sock_sendall(near, sent)
                        same = await loop.sock_recv(far, 64) == sent
    except TimeoutError:
        return Connect("127.0.0.1", port, ok=False, failure=Failure.TIMED_OUT)
    except OSError as error:
        return Connect("127.0.0.1", port, ok=False, failure=local_failure(error))
    ms = round((loop.time() - start) * 1000, 3)
    return Connect("127.0.0.1", port, ok=same, ms=ms, failure=None if same else Failure.GARBAGE)
