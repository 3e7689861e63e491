"""What a database said a moment ago, so that a burst of uploads does not ask it for each one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 8192


class Remembered(Generic[T]):
    """``look`` may wait for a disk: it is asked on a thread. An answer is kept for ``seconds``, "there is none" too: so
    long may something revoked still be taken, and something new be unknown."""

    def __init__(self, look: Callable[[str], T | None], clock: Callable[[], float], seconds: float = 10.0) -> None:
        self._look, self._clock, self._seconds = look, clock, seconds
        self._known: OrderedDict[str, tuple[float, T | None]] = OrderedDict()
        self._asking: dict[str, asyncio.Future[T | None]] = {}

    async def get(self, key: str) -> T | None:
        found = self._known.get(key)
        if found is not None and found[0] > self._clock():
            return found[1]
        asking = self._asking.get(key)
        if asking is None:  # a hundred that ask for the same at once wait for one answer
            asking = self._asking[key] = asyncio.ensure_future(asyncio.to_thread(self._look, key))
            asking.add_done_callback(lambda done: self._learnt(key, done))
        return await asyncio.shield(asking)

    def forget(self, key: str) -> None:
        self._known.pop(key, None)

    def _learnt(self, key: str, done: asyncio.Future[T | None]) -> None:
        del self._asking[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._known[key] = (self._clock() + self._seconds, done.result())
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
