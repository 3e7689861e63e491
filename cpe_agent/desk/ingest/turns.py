"""Whose turn it is: a few reports are worked on at once, the others wait, and everybody who waits is served in turn.

More at once would not be faster: one core checks, one disk stores. It would make all of them slow, and let whoever
sends most push the others aside. So there is a queue for each group (a provider; its unverified reports apart), and
each queue gives one in its turn. Checking has few places, so that a newcomer is not behind a whole burst; storing has
more, because what waits for the disk goes to it together; but what was stored together is answered together, and
meanwhile nobody else is heard.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from cpe_agent.desk.ingest.refusal import crowded

CHECKING = 4
STORING = 32  # and being checked
LONGEST_S = 0.3  # who waited so long is told to come back: no answer shall take a second
MOST_BYTES = 64 * 1024 * 1024  # of bodies that wait


class Turns:
    def __init__(
        self, most_waiting: int, *, checking: int = CHECKING, storing: int = STORING, longest_s: float = LONGEST_S
    ) -> None:
        """``most_waiting``: in one queue."""
        self._most_waiting, self._longest_s = most_waiting, longest_s
        self._checking, self._storing = checking, storing  # places that are free
        self._bytes = MOST_BYTES
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[bool]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, group: Hashable, size: int) -> AsyncIterator[Turn]:
        """``size``: bytes that are held meanwhile. Raises ``Refused`` (503)."""
        if size > self._bytes:
            raise crowded("too many bytes are waiting")
        self._bytes -= size
        try:
            if self._checking and self._storing and not self._queues:
                self._taken()
            elif not await self._waited(group):
                raise crowded("too many reports are waiting")
            turn = Turn(self)
            try:
                yield turn
            finally:
                turn.checked()
                self._storing += 1
                self._next()
        finally:
            self._bytes += size

    def _taken(self) -> None:
        self._checking -= 1
        self._storing -= 1

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
            if mine.done() and not mine.cancelled() and mine.result():  # the turn came as the request was ended
                self._checking += 1
                self._storing += 1
                self._next()
            raise
        finally:
            timer.cancel()

    def _next(self) -> None:
        """A place is free: the next one's, of the queue that was served longest ago."""
        while self._queues and self._checking and self._storing:
            group, queue = self._queues.popitem(last=False)
            mine = queue.popleft()
            if queue:
                self._queues[group] = queue
            if not mine.done():
                self._taken()
                mine.set_result(True)


class Turn:
    def __init__(self, turns: Turns) -> None:
        self._turns: Turns | None = turns

    def checked(self) -> None:
        """Only the disk is waited for now: the next one may be checked."""
        turns, self._turns = self._turns, None
        if turns is not None:
            turns._checking += 1
            turns._next()


def _give_up(mine: asyncio.Future[bool]) -> None:
    if not mine.done():
        mine.set_result(False)
