"""The event loop that everything here runs on: one that watches sockets, on every system. The default one of Windows
waits for the ends of calls instead, and cannot tell a probe that something came."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class _FineLoop(asyncio.SelectorEventLoop):
    """For Windows, whose monotonic clock moves in steps of 16 ms: no round trip could be told in it."""

    def __init__(self) -> None:
        super().__init__()
        self._clock_resolution = 0.001  # by how much a timer may be early; the loop took it from that clock

    def time(self) -> float:
        return time.perf_counter()


def run(work: Coroutine[object, object, T]) -> T:
    """``asyncio.run``, on that loop."""
    with asyncio.Runner(loop_factory=_FineLoop if sys.platform == "win32" else asyncio.SelectorEventLoop) as runner:
        return runner.run(work)
