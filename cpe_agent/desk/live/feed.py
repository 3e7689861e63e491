"""The feed of what happens: numbered for each tenant, kept for a while, and replayed to who was away for a moment.

A watcher says the last number that it saw and gets what came since. Where that is not certain any more (the desk was
restarted, or too much happened) it is told to load its page anew: never a silent gap.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

MOST_OF_CASE = 512  # items kept of one case: a run makes some forty
MOST_OF_TENANT = 32_768  # about 16 MiB
MOST_CASES = 16_384
MOST_BEHIND = 256  # items that wait for one watcher; who is slower is cut off and may come back
MOST_OF_PERSON = 6  # watchers: as many as a browser opens to one host over HTTP/1.1
LOOKED_S = 30.0  # a page without script counts as open for so long

RELOAD = b"event: reload\ndata: {}\n\n"
_encode = msgspec.json.Encoder().encode


class Item(NamedTuple):
    """``number``: its place in the tenant's feed, from 1. ``text``: as it goes over the wire."""

    number: int
    kind: str
    data: Mapping[str, Any]
    text: bytes


class TooMany(Exception):
    """This person watches too much already."""


class Watcher:
    """One open connection. ``take`` waits for what is next; None: it was too slow, or the desk closes."""

    def __init__(self, first: list[bytes]) -> None:
        self._waiting = deque(first)
        self._wake: asyncio.Future[None] | None = None
        self.over = False

    def give(self, text: bytes) -> None:
        if len(self._waiting) >= MOST_BEHIND:
            self.over = True
            self._waiting.clear()
        else:
            self._waiting.append(text)
        self._rouse()

    def end(self) -> None:
        self.over = True
        self._rouse()

    def _rouse(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def take(self, timeout_s: float) -> bytes | None:
        """Everything that waits, in one piece; empty when nothing came in time."""
        if not self._waiting and not self.over:
            loop = asyncio.get_running_loop()
            self._wake = loop.create_future()
            timer = loop.call_later(timeout_s, self._rouse)
            try:
                await self._wake
            finally:
                timer.cancel()
                self._wake = None
        if self.over:
            return None
        text = b"".join(self._waiting)
        self._waiting.clear()
        return text


class _Case:
    def __init__(self) -> None:
        self.items: deque[Item] = deque()
        self.dropped = 0  # the largest number that is not kept any more
        self.watchers: set[Watcher] = set()
        self.looked = 0.0


class _Tenant:
    def __init__(self) -> None:
        self.number = 0
        self.kept = 0
        self.forgotten = 0  # the largest number in a case that is not kept any more
        self.cases: OrderedDict[str, _Case] = OrderedDict()


class Feed:
    """Belongs to the loop that serves; ``publish`` may be called by any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.epoch = os.urandom(4).hex()  # numbers of another life of the desk mean nothing
        self._tenants: dict[int, _Tenant] = {}
        self._persons: dict[str, int] = {}
        self._home: tuple[asyncio.AbstractEventLoop, int] | None = None

    # ------------------------------------------------------------------ telling

    def publish(self, tenant: int, case: str, kind: str, data: Mapping[str, Any]) -> None:
        """``kind``: a word; ``data``: plain JSON values, bounded by who made them."""
        if self._home is not None and self._home[1] != threading.get_ident():
            self._home[0].call_soon_threadsafe(self._publish, tenant, case, kind, data)
        else:
            self._publish(tenant, case, kind, data)

    def _publish(self, tenant: int, case: str, kind: str, data: Mapping[str, Any]) -> None:
        feed, where = self._made(tenant, case)
        feed.number += 1
        text = b"id: %s-%d\nevent: %s\ndata: %s\n\n" % (
            self.epoch.encode(), feed.number, kind.encode(), _encode(data),
        )  # fmt: skip
        where.items.append(Item(feed.number, kind, data, text))
        feed.kept += 1
        if len(where.items) > MOST_OF_CASE:
            where.dropped = where.items.popleft().number
            feed.kept -= 1
        while feed.kept > MOST_OF_TENANT:
            self._forget_some(feed)
        for watcher in where.watchers:
            watcher.give(text)

    def _forget_some(self, feed: _Tenant) -> None:
        """The case that was quiet longest goes; one that is watched loses its items only."""
        name, oldest = next(iter(feed.cases.items()))
        if oldest.items:
            oldest.dropped = oldest.items[-1].number
            feed.kept -= len(oldest.items)
            oldest.items.clear()
        if oldest.watchers:
            feed.cases.move_to_end(name)
        else:
            feed.forgotten = max(feed.forgotten, oldest.dropped)
            del feed.cases[name]

    # ------------------------------------------------------------------ looking

    def watched(self, tenant: int, case: str) -> bool:
        """Has somebody this case open now?"""
        where = self._case(tenant, case)
        return where is not None and (bool(where.watchers) or self._clock() < where.looked)

    @property
    def watchers(self) -> int:
        """Open connections of people."""
        return sum(list(self._persons.values()))  # other threads ask too

    def look(self, tenant: int, case: str) -> None:
        """A page of this case was served: without script it says no more than that."""
        _, where = self._made(tenant, case)
        where.looked = self._clock() + LOOKED_S

    def so_far(self, tenant: int, case: str) -> tuple[str, tuple[Item, ...]]:
        """What is known of a case, and the id to watch on from."""
        where, feed = self._case(tenant, case), self._tenants.get(tenant)
        return f"{self.epoch}-{feed.number if feed else 0}", () if where is None else tuple(where.items)

    def watch(self, tenant: int, case: str, person: str, last: str | None) -> Watcher:
        """From after the id ``last``, or from now. Raises ``TooMany``. ``leave`` ends it."""
        if self._persons.get(person, 0) >= MOST_OF_PERSON:
            raise TooMany
        if self._home is None:
            self._home = asyncio.get_running_loop(), threading.get_ident()
        feed, where = self._made(tenant, case)
        watcher = Watcher(self._missed(feed, where, last))
        where.watchers.add(watcher)
        self._persons[person] = self._persons.get(person, 0) + 1
        return watcher

    def leave(self, tenant: int, case: str, person: str, watcher: Watcher) -> None:
        watcher.end()
        where = self._case(tenant, case)
        if where is not None:
            where.watchers.discard(watcher)
        self._persons[person] -= 1
        if not self._persons[person]:
            del self._persons[person]

    def close(self) -> None:
        for feed in self._tenants.values():
            for where in feed.cases.values():
                for watcher in tuple(where.watchers):
                    watcher.end()

    def _missed(self, feed: _Tenant, where: _Case, last: str | None) -> list[bytes]:
        if last is None:
            return []
        epoch, _, number = last.partition("-")
        if epoch != self.epoch or not number.isascii() or not number.isdigit() or len(number) > 18:
            return [RELOAD]
        seen = int(number)
        if seen > feed.number or seen < where.dropped or (not where.items and seen < feed.forgotten):
            return [RELOAD]
        missed = [item.text for item in where.items if item.number > seen]
        return missed if len(missed) < MOST_BEHIND else [RELOAD]

    def _made(self, tenant: int, case: str) -> tuple[_Tenant, _Case]:
        feed = self._tenants.setdefault(tenant, _Tenant())
        where = feed.cases.setdefault(case, _Case())
        feed.cases.move_to_end(case)
        for _ in range(2 if len(feed.cases) > MOST_CASES else 0):  # one may be watched, and stay
            self._forget_some(feed)
        return feed, where

    def _case(self, tenant: int, case: str) -> _Case | None:
        feed = self._tenants.get(tenant)
        return None if feed is None else feed.cases.get(case)
