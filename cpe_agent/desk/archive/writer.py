"""One writer for many requests: whatever waits is stored with one commit, and each is answered after it.

While the disk works on one batch the next one gathers, so nobody waits for a timer: a single report is committed at
once, and under load a commit's price is shared by all that came meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cpe_agent.desk.archive import Accepted, Archive, Incoming, Unavailable

MOST_IN_BATCH = 256
_log = logging.getLogger(__name__)


class Full(Exception):
    """More reports wait for the disk than may. Come back later."""


class _Waiting(NamedTuple):
    incoming: Incoming
    answer: asyncio.Future[Accepted]


class Writer:
    """Belongs to the event loop in which ``put`` is called. ``most_waiting`` counts what is being committed too.
    ``committed_in``: told after each commit how many reports it held, and how many seconds it took."""

    def __init__(self, archive: Archive, most_waiting: int = 512) -> None:
        self._archive = archive
        self._most_waiting = most_waiting
        self._gathered: list[_Waiting] = []
        self._committing = 0
        self._closing = False
        self._starting = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._batches: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._trouble = False
        self.batches = self.committed = self.failed = 0
        self.committed_in: Callable[[int, float], None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._gathered) + self._committing

    async def put(self, incoming: Incoming) -> Accepted:
        """Returns when the report is on the disk. Raises ``Full``, and ``Unavailable`` when it could not be stored. A
        caller that goes away takes nothing back."""
        if self._closing or self.waiting >= self._most_waiting:
            raise Full
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._loop = loop
            self._thread = threading.Thread(target=self._work, name="archive writer", daemon=True)
            self._thread.start()
        answer: asyncio.Future[Accepted] = loop.create_future()
        self._gathered.append(_Waiting(incoming, answer))
        self._idle.clear()
        if not self._committing and not self._starting:
            self._starting = True
            loop.call_soon(self._start)  # after everybody who is ready now
        return await answer

    async def close(self) -> None:
        """What was put is committed first."""
        self._closing = True
        await self._idle.wait()
        if self._thread is not None:
            self._batches.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _start(self) -> None:
        self._starting = False
        if not self._gathered:
            self._idle.set()
            return
        batch, self._gathered = self._gathered[:MOST_IN_BATCH], self._gathered[MOST_IN_BATCH:]
        self._committing = len(batch)
        self._batches.put(batch)

    def _done(self, batch: Sequence[_Waiting], results: Sequence[Accepted | BaseException]) -> None:
        self._committing = 0
        self.batches += 1
        for (_, answer), result in zip(batch, results, strict=True):
            if isinstance(result, BaseException):
                self.failed += 1
            else:
                self.committed += 1
            if answer.done():  # its caller went away
                continue
            if isinstance(result, BaseException):
                answer.set_exception(result)
            else:
                answer.set_result(result)
        assert self._loop is not None
        self._starting = True
        self._loop.call_soon(self._start)  # after those that were just answered

    def _work(self) -> None:
        assert self._loop is not None
        while (batch := self._batches.get()) is not None:
            began = time.perf_counter()
            results = self._commit(batch)
            self._loop.call_soon_threadsafe(self._done, batch, results)
            if self.committed_in is not None:
                self.committed_in(len(batch), time.perf_counter() - began)

    def _commit(self, batch: Sequence[_Waiting]) -> Sequence[Accepted | BaseException]:
        try:
            accepted = self._archive.commit([waiting.incoming for waiting in batch])
        except Unavailable as error:
            if not self._trouble:  # once, not once a batch
                _log.error("reports cannot be stored: %s", error)
            self._trouble = True
            return [Unavailable(str(error)) for _ in batch]
        except Exception as error:
            if len(batch) > 1:  # one of them is at fault, and only that one shall pay
                return [result for waiting in batch for result in self._commit([waiting])]
            _log.exception("a report cannot be stored")
            return [error]
        if self._trouble:
            _log.warning("reports are stored again")
            self._trouble = False
        return accepted
