"""Whose turn it is: a few reports are worked on at once, the others wait, and everybody who waits is served in turn.

More at once would not be faster: one core checks, one disk stores. It would make all of them slow, and let whoever
sends most push the others aside. So there is a queue for each group (a provider; its unverified reports apart), and
each queue gives one in its turn.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from cpe_agent.desk.ingest.refusal import crowded

AT_ONCE = 64
LONGEST_S = 0.7  # who waited so long is told to come back: the answer shall not take longer than a second
MOST_BYTES = 64 * 1024 * 1024  # of bodies that wait


class Turns:
    def __init__(self, most_waiting: int, at_once: int = AT_ONCE, longest_s: float = LONGEST_S) -> None:
        """``most_waiting``: in one queue."""
        self._most_waiting, self._longest_s = most_waiting, longest_s
        self._free = at_once
        self._bytes = MOST_BYTES
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[bool]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, group: Hashable, size: int) -> AsyncIterator[None]:
        """``size``: bytes that are held meanwhile. Raises ``Refused`` (503)."""
        if size > self._bytes:
            raise crowded("too many bytes are waiting")
        self._bytes -= size
        try:
            if self._free and not self._queues:
                self._free -= 1
            elif not await self._waited(group):
                raise crowded("too many reports are waiting")
            try:
                yield
            finally:
                self._next()
        finally:
            self._bytes += size

    async def _waited(self, group: Hashable) -> bool:
        queue = self._queues.setdefault(group, deque())
        if len(queue) >= self._most_waiting:
            return False
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[bool] = loop.create_future()
        queue.append(mine)
        timer = loop.call_later(self._longest_s, _give_up, mine)
        try:
            return await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled() and mine.result():
                self._next()  # the turn came while its request was ended: the next one's
            raise
        finally:
            timer.cancel()

    def _next(self) -> None:
        """A turn is over: the next one's, of the queue that was served longest ago."""
        while self._queues:
            group, queue = self._queues.popitem(last=False)
            mine = queue.popleft()
            if queue:
                self._queues[group] = queue
            if not mine.done():
                mine.set_result(True)
                return
        self._free += 1


def _give_up(mine: asyncio.Future[bool]) -> None:
    if not mine.done():
        mine.set_result(False)
