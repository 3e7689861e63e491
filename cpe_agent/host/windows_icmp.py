"""ICMP echo by the system's own service (iphlpapi): any user may, with any TTL, and an error comes with its sender."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure
from cpe_agent.host import windows_api, windows_echo
from cpe_agent.host.endpoint import Endpoint
from cpe_agent.host.prober import NotAllowedError, Reply
from cpe_agent.host.stamp import now_ns

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADER = 8
_SMALLEST = 16  # payload bytes of an ordinary probe
_WAIT_MS = 2000  # longer than any caller waits; a thread whose answer nobody wants any more ends then


class WindowsIcmpProber:
    """One thread an echo: a call that waits keeps its own buffer for as long as the system may write there. Raises
    ``NotAllowedError`` for whole IPv6 packets, which the service would fragment, and where there is no service,
    ``OSError``, and ``ValueError`` when the address is no literal; ``CannotMeasure`` where ``nic`` has no address to
    send from."""

    method = "icmp"

    def __init__(
        self, address: str, on_reply: Callable[[Reply], None], *, nic: str | None = None, whole: bool = False
    ) -> None:
        endpoint = Endpoint(address, 0)
        if whole and endpoint.v6:
            raise NotAllowedError("Windows fragments ICMPv6 echoes itself")
        if not windows_api.can_echo(v6=endpoint.v6):
            raise NotAllowedError("this system has no echo service")
        self._v6 = endpoint.v6
        self._target = endpoint.address[0].partition("%")[0]
        self._scope = endpoint.address[3] if len(endpoint.address) == 4 else 0
        self._source = None if nic is None else windows_api.source_address(nic, v6=endpoint.v6)
        self._on_reply = on_reply
        self._whole = whole
        self._loop = asyncio.get_running_loop()
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def send(self, index: int, *, ttl: int | None = None, size: int = 0) -> Failure | None:
        payload = os.urandom(max(_SMALLEST, size - (40 if self._v6 else 20) - _HEADER))
        try:
            threading.Thread(target=self._ask, args=(index, payload, ttl, now_ns()), daemon=True, name="echo").start()
        except RuntimeError:  # no more threads: nothing was sent, and that is this computer's own trouble
            return Failure.OTHER
        return None

    def _ask(self, index: int, payload: bytes, ttl: int | None, sent_ns: int) -> None:
        began = now_ns()
        status, buffer = windows_api.send_echo(
            self._target,
            payload,
            v6=self._v6,
            scope=self._scope,
            source=self._source,
            ttl=ttl,
            whole=self._whole,
            timeout_ms=_WAIT_MS,
        )
        took = now_ns() - began
        answer = None if status else windows_echo.read_reply(buffer, v6=self._v6)
        if answer is not None:
            # Ours is finer, the system's is not late when this computer is: its next whole millisecond is the most.
            reply = Reply(index, sent_ns + min(took, (answer.ms + 1) * 1_000_000), answer.sender, answer.failure)
        elif (failure := windows_echo.failure_of(status, v6=self._v6)) is not None and status:
            reply = Reply(index, sent_ns + took, None, failure)
        else:
            return  # silence
        with contextlib.suppress(RuntimeError):  # the loop ended without us
            self._loop.call_soon_threadsafe(self._hear, reply)

    def _hear(self, reply: Reply) -> None:
        if not self._closed:
            self._on_reply(reply)
