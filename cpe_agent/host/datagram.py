"""A datagram socket on the event loop: answers with the kernel's time stamps, ICMP errors with their senders, and
one question asked over it, resent until something answers."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from cpe_agent.facts import Failure
from cpe_agent.host.endpoint import Endpoint, bind_to_nic
from cpe_agent.host.icmp_error import (
    HAS_QUEUE,
    SocketError,
    local_failure,
    next_error,
    of_datagram,
    timestamp_ns,
    watch_errors,
)
from cpe_agent.host.stamp import now_ns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from cpe_agent.host.endpoint import SocketAddress

T = TypeVar("T")

_A_TURN = 64  # datagrams read before other work gets its turn: a flood must not hold the loop


class Heard(NamedTuple):
    """``at_ns``: when the kernel received it (see ``stamp``)."""

    data: bytes
    sender: str
    at_ns: int


class Wire:
    """Calls ``heard`` for each datagram and ``trouble`` for each ICMP error until closed. ``bound`` is how many
    datagrams are looked at in all; then it stops reading."""

    def __init__(
        self,
        sock: socket.socket,
        heard: Callable[[Heard], None],
        trouble: Callable[[SocketError], None],
        *,
        bound: int = 4096,
    ) -> None:
        self.sock = sock
        self._heard = heard
        self._trouble = trouble
        self._left = bound
        self._loop = asyncio.get_running_loop()
        self._peer = _peer(sock)
        sock.setblocking(False)
        watch_errors(sock)
        self._loop.add_reader(sock, self._read)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self.sock.fileno() >= 0:
            self._loop.remove_reader(self.sock)
            self.sock.close()

    def send(self, data: bytes, to: SocketAddress | None = None) -> Failure | None:
        """Send one datagram (``to`` None: where the socket is connected). A failure is this computer's own word."""
        error: OSError | None = None
        for _ in range(3):
            # With an error queue, send() first hands out the error of an *earlier* packet: take it and try again.
            try:
                if to is None:
                    self.sock.send(data)
                else:
                    self.sock.sendto(data, to)
            except OSError as problem:
                error = problem
                if not self._read_errors():
                    break
            else:
                return None
        return local_failure(error, self._peer if to is None else to[0])

    def _read_errors(self) -> bool:
        found = False
        for _ in range(_A_TURN):
            error = next_error(self.sock)
            if error is None:
                break
            found = True
            self._trouble(error)
            if self.sock.fileno() < 0:
                break
        return found

    def _read(self) -> None:
        self._read_errors()
        for _ in range(_A_TURN):
            if self.sock.fileno() < 0:
                return
            if self._left <= 0:
                self._loop.remove_reader(self.sock)
                return
            try:
                data, ancillary, sender = receive(self.sock)
            except BlockingIOError:
                return
            except OSError as error:
                # Elsewhere the pending error that the queue already told in full.
                if not HAS_QUEUE and (said := of_datagram(error)) is not None:
                    self._left -= 1
                    self._trouble(said)
                continue
            self._left -= 1
            self._heard(Heard(data, sender[0] if sender else "", timestamp_ns(ancillary) or now_ns()))


def _peer(sock: socket.socket) -> str | None:
    """The address that the socket is connected to."""
    try:
        return str(sock.getpeername()[0])
    except OSError:
        return None


def receive(sock: socket.socket, system: str = sys.platform) -> tuple[bytes, list[tuple[int, int, bytes]], Any]:
    """The next datagram, cut to 4096 bytes, its ancillary messages and its sender."""
    if system == "win32":
        # It has no ancillary messages, and calls a datagram that is longer than the room an error of the path.
        data, sender = sock.recvfrom(65535)
        return data[:4096], [], sender
    data, ancillary, _, sender = sock.recvmsg(4096, 128)
    return data, ancillary, sender


class AnswerError(Exception):
    """What came is not the answer: keep listening. ``garbage``: it pretended to be."""

    def __init__(self, garbage: bool = True) -> None:
        super().__init__("not an answer")
        self.garbage = garbage


class Asked(NamedTuple, Generic[T]):
    """``ms`` runs from the first try to the answer or the error. ``source`` is our own address on that path."""

    answer: T | None
    ms: float | None
    tries: int
    failure: Failure | None
    failure_from: str | None
    source: str | None


async def ask(
    address: str,
    port: int,
    question: Callable[[str], bytes],
    accept: Callable[[bytes], Awaitable[T]],
    *,
    resend_s: tuple[float, ...],
    timeout_s: float,
    nic: str | None = None,
) -> Asked[T]:
    """One question by UDP. ``question`` gets our own address and gives the datagram; ``accept`` turns a datagram
    from that very address and port into the answer or raises ``AnswerError``. An ICMP error ends it at once."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    try:
        endpoint = Endpoint(address, port)
    except ValueError:
        return Asked(None, None, 0, Failure.ADDRESS_UNUSABLE, None, None)
    inbox: asyncio.Queue[Heard | SocketError] = asyncio.Queue()
    sock = socket.socket(endpoint.family, socket.SOCK_DGRAM)
    try:
        if nic is not None:
            bind_to_nic(sock, nic)
        sock.connect(endpoint.address)  # the kernel then drops what others send
        source = sock.getsockname()[0]
    except OSError as error:
        sock.close()
        return Asked(None, None, 0, local_failure(error, address), None, None)
    except BaseException:
        sock.close()
        raise
    with Wire(sock, inbox.put_nowait, inbox.put_nowait, bound=256) as wire:
        datagram = question(source)
        first_ns = now_ns()
        sends = [loop.time() + after for after in (0.0, *resend_s) if after < timeout_s]
        tries = 0
        garbage = False
        while True:
            now = loop.time()
            if sends and sends[0] <= now:
                sends.pop(0)
                tries += 1
                refused = wire.send(datagram)
                if refused is not None and not sends:
                    return Asked(None, None, tries, refused, None, source)
            until = min([deadline, *sends[:1]])
            try:
                got = await asyncio.wait_for(inbox.get(), max(0.0, until - now))
            except TimeoutError:
                if loop.time() >= deadline:
                    failure = Failure.GARBAGE if garbage else Failure.TIMED_OUT
                    return Asked(None, None, tries, failure, None, source)
                continue
            if isinstance(got, SocketError):
                ms = max(0, (got.at_ns or now_ns()) - first_ns) / 1e6
                return Asked(None, ms, tries, got.failure, got.sender, source)
            try:
                async with asyncio.timeout_at(deadline):
                    answer = await accept(got.data)
            except AnswerError as no:
                garbage = garbage or no.garbage
                continue
            except TimeoutError:
                return Asked(None, None, tries, Failure.TIMED_OUT, None, source)
            return Asked(answer, max(0, got.at_ns - first_ns) / 1e6, tries, None, None, source)
