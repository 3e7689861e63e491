"""What ``cpe-agent send`` and ``cpe-agent outbox`` do, and what ``run`` does with its report once the answer is out."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cpe_agent.deliver import login_task
from cpe_agent.deliver.outbox import FOLDER, CannotKeep, Damaged, Kept, Outbox
from cpe_agent.deliver.upload import DISK_S, host_of, send_due
from cpe_agent.deliver.why import reason_text
from cpe_agent.host import loop
from cpe_agent.host.thread import in_thread
from cpe_agent.host.user_state import user_state
from cpe_agent.steps import when
from cpe_agent.words import counted, phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpe_agent.profile import Desk

    Line = Callable[[str], None]

ALL_SENT, STILL_KEPT = 0, 3
RUN_S = 5.0  # how long the end of a run may wait for the desk; the answer is out
_LEAST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 60.0  # a line that came back is noticed within this


class WrongUse(Exception):
    """The command line lacks something; the message says what."""


class CannotRun(Exception):
    """The message says why."""


def outbox_here(language: str = "en") -> Outbox:
    """This user's. Raises ``CannotRun``."""
    try:
        return _outbox()
    except OSError:
        raise CannotRun(phrase("upload", "cannot-keep.no-folder", language)) from None


def _outbox() -> Outbox:
    state = user_state()
    return Outbox(state.folder / FOLDER, state.rights)


# ------------------------------------------------------------------ send


def send(
    desk: Desk | None, report: bytes | None, *, everything: bool, wait_s: float, say: Line, language: str = "en"
) -> int:
    """The exit status. ``report``: one to put into the outbox first. ``wait_s``: for how long to go on while something
    is still kept. Raises ``WrongUse`` and ``CannotRun``."""
    if desk is None:
        raise WrongUse(phrase("upload", "no-desk", language))
    outbox = outbox_here(language)
    also = () if report is None else (_put(outbox, report, desk, say, language),)
    until = time.monotonic() + wait_s
    done: tuple[Kept, ...] = ()
    with suppress(KeyboardInterrupt):  # stopped: what is kept is kept
        while True:
            done = loop.run(send_due(outbox, desk, everything=everything, also=also, say=_speaker(say, language)))
            kept = [entry for entry in outbox.all() if entry.state == "kept"]
            left_s = until - time.monotonic()
            if not kept or left_s <= 0:
                break
            time.sleep(min(left_s, _pause_s(kept, outbox.now())))
            everything, also = False, ()
    kept = [entry for entry in outbox.all() if entry.state == "kept"]
    for file in outbox.damaged():
        say(phrase("upload", "damaged", language).format(file=file))
    if kept:
        tried = {entry.id for entry in done}
        resting = sum(entry.id not in tried for entry in kept)
        if resting:
            say(counted("upload", "later", resting, language).format(n=resting))
    elif not done:
        say(phrase("upload", "nothing", language))
    refused = any(entry.state == "refused" for entry in done)
    return STILL_KEPT if kept or refused else ALL_SENT


def _pause_s(kept: list[Kept], now: float) -> float:
    soonest = min(0.0 if entry.due(now) or entry.next_try is None else entry.next_try - now for entry in kept)
    return min(max(soonest, _LEAST_PAUSE_S), _LONGEST_PAUSE_S)


def _put(outbox: Outbox, data: bytes, desk: Desk, say: Line, language: str) -> str:
    """A report file into the outbox. The bytes that are sealed are the canonical ones, as the run made them, however
    the file is laid out."""
    from cpe_agent import canonical
    from cpe_agent.report import BadReport, from_json

    try:
        report = from_json(data)
        sealed = canonical.dumps(json.loads(data))
    except (BadReport, ValueError, RecursionError) as error:
        raise WrongUse(str(error)) from None
    try:
        entry = outbox.put(sealed, report.id, report.started, desk=host_of(desk.urls[0]))
    except CannotKeep as error:
        raise CannotRun(phrase("upload", f"cannot-keep.{error.key}", language)) from None
    if entry.state == "sent":
        say(_was_sent(entry, language))
    return entry.id


def _speaker(say: Line, language: str) -> Callable[[str, dict[str, object]], None]:
    def tell(key: str, gaps: dict[str, object]) -> None:
        if "reason" in gaps:
            said = gaps["reason"]
            gaps = {**gaps, "reason": reason_text(said if isinstance(said, str) else None, language)}
        say(phrase("upload", key, language).format(**gaps))

    return tell


def after_run(report: bytes, report_id: str, made: str, desk: Desk, say: Line, language: str = "en") -> None:
    """Keep the report of a run whose answer is out, and send it when that is possible now. Never fails: what it could
    not do is one sentence."""
    state = {"kept": False}

    async def work() -> tuple[Kept, ...]:
        outbox = _outbox()
        put = (report, report_id, made)
        await in_thread(lambda: outbox.put(*put, desk=host_of(desk.urls[0])), timeout_s=DISK_S)
        state["kept"] = True
        return await send_due(outbox, desk, also=(report_id,), say=_speaker(say, language))

    async def bounded() -> tuple[Kept, ...]:
        async with asyncio.timeout(RUN_S):
            return await work()

    done: tuple[Kept, ...] = ()
    try:
        done = loop.run(bounded())
    except CannotKeep as error:
        say(phrase("upload", f"cannot-keep.{error.key}", language))
        return
    except (TimeoutError, OSError, KeyboardInterrupt):
        say(phrase("upload", "no-time" if state["kept"] else "cannot-keep.no-folder", language))
        if not state["kept"]:
            return
    own = next((entry for entry in done if entry.id == report_id), None)
    if own is None or own.state == "kept":
        say(phrase("upload", "goes.by-itself" if _task_on() else "goes.by-command", language))


def _task_on() -> bool:
    with suppress(login_task.Unsupported, OSError):
        return login_task.is_on()
    return False


# ------------------------------------------------------------------ outbox


def listed(outbox: Outbox, language: str = "en") -> list[str]:
    """One line an entry."""
    lines = []
    for entry in outbox.all():
        following = phrase("upload", "next.now", language) if entry.due(outbox.now()) else when(entry.next_try or 0.0)
        gaps = {**entry._asdict(), "reason": reason_text(entry.reason, language), "next_try": following}
        lines.append(phrase("upload", f"list.{entry.state}", language).format(**gaps))
    lines += [phrase("upload", "damaged", language).format(file=file) for file in outbox.damaged()]
    return lines or [phrase("upload", "empty", language)]


def shown(outbox: Outbox, wanted: str, language: str = "en") -> tuple[bytes | None, str]:
    """The report's bytes, and a sentence about where it stands. Raises ``WrongUse``."""
    entry = _find(outbox, wanted, language)
    if entry.state == "sent":
        return None, _was_sent(entry, language)
    try:
        data = outbox.read(entry.id)
    except (KeyError, Damaged):
        raise WrongUse(phrase("upload", "unknown", language).format(id=wanted)) from None
    gaps = {**entry._asdict(), "reason": reason_text(entry.reason, language)}
    return data, phrase("upload", entry.state, language).format(**gaps)


def forgotten(outbox: Outbox, wanted: str | None, *, everything: bool, language: str = "en") -> list[str]:
    """Raises ``WrongUse`` and ``CannotRun``."""
    if (wanted is None) != everything:
        raise WrongUse(phrase("upload", "which", language))
    entries = outbox.all() if everything else (_find(outbox, wanted or "", language),)
    try:
        for entry in entries:
            with suppress(KeyError):
                outbox.forget(entry.id)
        if everything and outbox.exists():
            outbox.forget_damaged()
    except CannotKeep as error:
        raise CannotRun(phrase("upload", f"cannot-keep.{error.key}", language)) from None
    return [phrase("upload", "forgotten", language).format(id=e.id) for e in entries] or [
        phrase("upload", "empty", language)
    ]


def _find(outbox: Outbox, wanted: str, language: str) -> Kept:
    """By the id, or by its beginning or end."""
    fits = [e for e in outbox.all() if wanted and (e.id.startswith(wanted) or e.id.endswith(wanted))]
    if len(fits) != 1:
        raise WrongUse(phrase("upload", "several" if fits else "unknown", language).format(id=wanted))
    return fits[0]


def _was_sent(entry: Kept, language: str) -> str:
    return phrase("upload", "was-sent", language).format(id=entry.id, sent=entry.sent, locator=entry.locator)


# ------------------------------------------------------------------ the login task


def task(word: str, profile: Path | None, *, has_desk: bool, language: str = "en") -> str:
    """on | off | status. Raises ``WrongUse`` and ``CannotRun``."""
    try:
        if word == "on":
            if not has_desk:
                raise WrongUse(phrase("upload", "no-desk", language))
            return phrase("upload", "task.on", language).format(file=login_task.switch_on(profile))
        if word == "off":
            return phrase("upload", "task.was-on" if login_task.switch_off() else "task.off", language)
        on = login_task.is_on()
        return phrase("upload", "task.on" if on else "task.off", language).format(file=login_task.entry_file())
    except login_task.Unsupported:
        raise CannotRun(phrase("upload", "task.unsupported", language)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotRun(phrase("upload", "task.denied", language).format(reason=reason)) from None
