"""The page's way to the desk: the newest report after the customer's yes, kept in the outbox until it is there; and,
where a case is known, how far the check is while a representative watches."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.deliver import login_task
from cpe_agent.deliver.live import Live, Wish
from cpe_agent.deliver.outbox import CannotKeep, Damaged, Kept, Outbox
from cpe_agent.deliver.upload import DISK_S, host_of, send_due
from cpe_agent.host.thread import in_thread
from cpe_agent.packed import packed
from cpe_agent.page.state import Sending
from cpe_agent.report import Report, to_json, uuid7
from cpe_agent.steps import when

if TYPE_CHECKING:
    from cpe_agent.profile import Desk

_LEAST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 60.0  # a line that came back is noticed within this


class ToDesk:
    """Made inside the loop that runs the page. ``run_id`` is the id of the visit's first report; everything live is
    told under it. ``profile``: the file that the login task sends by, None where there is none to name."""

    def __init__(self, desk: Desk, outbox: Outbox, case: str | None, profile: Path | None) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.run_id = uuid7()
        self.wish: str | None = None
        self.sending = Sending("offered", host_of(desk.urls[0]), url=desk.urls[0], task=_task(profile))
        self._desk, self._outbox, self._profile = desk, outbox, profile
        self._agreed = False
        self._report: Report | None = None
        self._ours: set[str] = set()  # what this visit put into the outbox
        self._wishes: list[Wish] = []
        self._wake = asyncio.Event()
        self._carrying: asyncio.Task[None] | None = None
        self._live: Live | None = None
        self._ending: list[asyncio.Task[None]] = []
        self._case = case

    @property
    def watched(self) -> bool:
        return self._live is not None and self._live.watched

    def open(self) -> None:
        """In the loop that runs the page."""
        if self._case is not None:
            self.belongs_to(self._case)

    async def close(self) -> None:
        """What is kept stays kept."""
        if self._carrying is not None:
            self._carrying.cancel()
            await asyncio.gather(self._carrying, return_exceptions=True)
        if self._live is not None:
            await self._live.close()
        await asyncio.gather(*self._ending)

    # ------------------------------------------------------------------ what the session tells

    def belongs_to(self, case: str) -> None:
        """From now on this case's representative may watch, and no other's. To the desk, one run is of one case."""
        before, run_id = self._live, self.run_id
        if before is not None:
            run_id = uuid7()
            self._ending.append(asyncio.create_task(before.close()))
            self._wishes.clear()  # the other representative's
            self._next_wish()
        self._live = Live(self._desk, run_id, case, self._wished, self._watched)
        self._live.start()

    def saw(self, segments: dict[str, str]) -> None:
        if self._live is not None:
            self._live.segments(segments)

    def offer(self, report: Report) -> None:
        """The newest report; nothing of it leaves this computer before ``send``."""
        self._report = report
        if self._live is not None:
            d = report.diagnosis
            self._live.ended(d.verdict, d.fault, d.owner)
        if self._agreed:
            self._go()
        elif self.sending.state != "held":
            self._become("offered")

    def send(self) -> None:
        """The customer's yes, for this visit."""
        self._agreed = True
        self._go()

    def keep_back(self) -> None:
        """His no, or his yes taken back: what is not there yet is not sent."""
        self._agreed = False
        if self._carrying is not None:
            self._carrying.cancel()
            self._carrying = None
        for report_id in self._ours:
            with contextlib.suppress(KeyError, CannotKeep, OSError):
                if self._outbox.find(report_id).state != "sent":
                    self._outbox.forget(report_id)
        self._become("held")

    def task(self, *, wanted: bool) -> None:
        """The task that sends after a login."""
        with contextlib.suppress(login_task.Unsupported, OSError):
            if not wanted:
                login_task.switch_off()
            elif _has_profile(self._profile):
                login_task.switch_on(self._profile)
        self._become(self.sending.state)

    def answer_wish(self, *, allowed: bool) -> None:
        if self._live is not None and self._wishes:
            self._live.answered(self._wishes.pop(0), yes=allowed)
            self._next_wish()

    # ------------------------------------------------------------------ what the desk tells

    def _wished(self, wish: Wish) -> None:
        self._wishes.append(wish)
        self._next_wish()

    def _next_wish(self) -> None:
        self.wish = self._wishes[0].wish if self._wishes else None
        self.changed()

    def _watched(self) -> None:
        self.changed()

    # ------------------------------------------------------------------ carrying

    def _go(self) -> None:
        if self._report is None:
            return
        self._become("sending")
        self._wake.set()
        if self._carrying is None:
            self._carrying = asyncio.create_task(self._carry())

    async def _carry(self) -> None:
        """The newest report at once, then whatever is due, as long as the page is open."""
        at_once = True
        while True:
            self._wake.clear()
            report = self._report
            assert report is not None
            pause_s = _LONGEST_PAUSE_S
            try:
                await self._put(report)
                # A line that works takes what waits from the time it did not.
                also = (*self._ours,) if at_once or report.diagnosis.verdict == "healthy" else ()
                await send_due(self._outbox, self._desk, also=also)
                entry = await in_thread(self._outbox.find, report.id, timeout_s=DISK_S)
                pause_s = self._told(entry)
            except CannotKeep as error:
                self._become("refused", reason=f"cannot-keep.{error.key}")
            except (KeyError, Damaged, TimeoutError, OSError):
                self._become("refused", reason="cannot-keep.no-folder")
            at_once = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
                    at_once = True

    async def _put(self, report: Report) -> None:
        if report.id in self._ours:
            return
        sealed, desk = to_json(report), self.sending.desk
        await in_thread(lambda: self._outbox.put(sealed, report.id, report.started, desk=desk), timeout_s=DISK_S)
        self._ours.add(report.id)

    def _told(self, entry: Kept) -> float:
        """Show what has become of it; for how long to wait until the next try."""
        if entry.state == "sent":
            self._become("sent", since=entry.sent, locator=entry.locator)
            return _LONGEST_PAUSE_S
        if entry.state == "refused":
            self._become("refused", reason=entry.reason)
            return _LONGEST_PAUSE_S
        following = entry.next_try or time.time()
        self._become("kept", since=when(entry.since), next_try=when(following), reason=entry.reason)
        return min(_LONGEST_PAUSE_S, max(_LEAST_PAUSE_S, following - time.time()))

    def _become(self, state: str, **more: str | None) -> None:
        known = self.sending
        self.sending = Sending(state, known.desk, url=known.url, task=_task(self._profile), **more)
        self.changed()


def _has_profile(profile: Path | None) -> bool:
    return profile is not None or bool(packed().profile)


def _task(profile: Path | None) -> str:
    try:
        return "on" if login_task.is_on() else "off" if _has_profile(profile) else "unsupported"
    except (login_task.Unsupported, OSError):
        return "unsupported"
