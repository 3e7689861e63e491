"""How far a run is, told to the desk in the background while somebody there may watch (docs/protocol.md). What cannot
go is dropped: nothing here ever holds the run up, is repeated, or is kept."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.facts import section_name
from cpe_agent.host.desk_link import ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from cpe_agent.collector import Section
    from cpe_agent.host.desk_link import DeskAnswer
    from cpe_agent.profile import Desk

WATCHED_S = 1.0  # between two posts
UNWATCHED_S = 10.0
WISHES_S = 2.0
POST_S = 3.0
MOST_WAITING = 64  # events of one post
MOST_WISHES = 8
WISHES = ("check-again", "deep-test")
_NAME = re.compile(r"[A-Za-z0-9-]{1,32}")
_NO_SUCH_CASE = {401, 403, 404}


class Wish(NamedTuple):
    """What the representative asks for; nothing happens without the customer's yes. ``wish`` is one of ``WISHES``."""

    id: str
    wish: str


class Live:
    """Use as ``async with`` around the run. ``watched``: a representative looks at this case, as far as is known.
    ``on_wish`` is told of each wish once, in the loop that runs this."""

    def __init__(
        self,
        desk: Desk,
        run_id: str,
        case: str,
        on_wish: Callable[[Wish], None] | None = None,
        on_watched: Callable[[], None] = lambda: None,
    ) -> None:
        self.watched = False
        self._on_watched = on_watched
        self._desk, self._run, self._case, self._on_wish = desk, run_id, case, on_wish
        self._began = time.monotonic()
        self._events: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)
        self._number = 0
        self._known: set[str] = set()
        self._over = False
        self._task: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------ what happened

    def saw(self, section: type, measured: Section) -> None:
        """A section came in: its name and how the measuring went, never what was measured."""
        self._say("section", section=section_name(section), outcome=measured.outcome.value)

    def segments(self, states: dict[str, str]) -> None:
        self._say("segments", segments=dict(states))

    def answered(self, wish: Wish, *, yes: bool) -> None:
        self._say("wish", wish=wish.id, answer="yes" if yes else "no")

    def ended(self, verdict: str, fault: str | None, owner: str | None) -> None:
        self._say("ended", verdict=verdict, fault=fault, owner=owner)

    def _say(self, kind: str, **more: object) -> None:
        self._number += 1
        at = round(time.monotonic() - self._began, 3)
        self._events.append({"n": self._number, "at": at, "kind": kind, **more})

    # ------------------------------------------------------------------ telling it

    def start(self) -> None:
        """In the loop; ``close`` ends it."""
        self._say("started")
        self._task = asyncio.create_task(self._tell())

    async def close(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)  # whatever befell it, the run stands

    async def __aenter__(self) -> Live:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _tell(self) -> None:
        posted = asked = float("-inf")
        loop = asyncio.get_running_loop()
        while not self._over:
            now = loop.time()
            pause_s = WATCHED_S if self.watched and self._events else UNWATCHED_S
            # A page stays open after its run: somebody may come to watch it when nothing happens any more.
            if (self._events or self._on_wish is not None) and now - posted >= pause_s:
                posted = now
                await self._post()
            if self.watched and self._on_wish is not None and now - asked >= WISHES_S:
                asked = now
                await self._look_for_wishes()
            await asyncio.sleep(WATCHED_S / 4)

    async def _post(self) -> None:
        events = list(self._events)
        self._events.clear()  # gone or not: a post is never repeated
        body = json.dumps({"case": self._case, "events": events}, separators=(",", ":")).encode()
        answer = await self._ask("events", "POST", body)
        plain = _object(answer)
        watched, self.watched = self.watched, plain.get("watched") is True
        if watched is not self.watched:
            self._on_watched()
        self._over = answer.status in _NO_SUCH_CASE

    async def _look_for_wishes(self) -> None:
        found = _object(await self._ask("requests", "GET", b"")).get("requests")
        for plain in found[:MOST_WISHES] if isinstance(found, list) else []:
            name, wish = (plain.get("id"), plain.get("wish")) if isinstance(plain, dict) else (None, None)
            if not isinstance(name, str) or not _NAME.fullmatch(name) or wish not in WISHES or name in self._known:
                continue
            self._known.add(name)
            if self._on_wish is not None:
                self._on_wish(Wish(name, wish))

    async def _ask(self, what: str, method: str, body: bytes) -> DeskAnswer:
        headers = {"Content-Type": "application/json"} if body else {}
        if self._desk.enrolment is not None:
            headers["Authorization"] = f"Bearer {self._desk.enrolment}"
        url = f"{self._desk.urls[0]}/v1/runs/{self._run}/{what}"
        return await ask(url, method=method, headers=headers, body=body, pins=self._desk.spki_pins, timeout_s=POST_S)


def _object(answer: DeskAnswer) -> dict[str, Any]:
    """What a 200 says; empty for anything else."""
    if answer.status != 200:
        return {}
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
