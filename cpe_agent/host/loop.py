"""The event loop that everything here runs on: one that watches sockets, on every system. The default one of Windows
waits for the ends of calls instead, and cannot tell a probe that something came."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import socket
    from collections.abc import Coroutine

T = TypeVar("T")


class FineLoop(asyncio.SelectorEventLoop):
    """For Windows, whose monotonic clock moves in steps of 16 ms: no round trip could be told in it. And whose Ctrl-C
    does not end a wait for sockets: a byte on the loop's own one does."""

    def __init__(self) -> None:
        super().__init__()
        self._clock_resolution = 0.001  # by how much a timer may be early; the loop took it from that clock
        self._wakes = threading.current_thread() is threading.main_thread()  # only that one may ask for signals
        if self._wakes:
            own: socket.socket = self._csock  # type: ignore[attr-defined]
            signal.set_wakeup_fd(own.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        if self._wakes and not self.is_closed():
            signal.set_wakeup_fd(-1)
        super().close()

    def time(self) -> float:
        return time.perf_counter()


def run(work: Coroutine[object, object, T]) -> T:
    """``asyncio.run``, on that loop."""
    with asyncio.Runner(loop_factory=FineLoop if sys.platform == "win32" else asyncio.SelectorEventLoop) as runner:
        return runner.run(work)
