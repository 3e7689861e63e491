"""Takes what waits in the outbox to the desk, by docs/protocol.md. A report leaves the outbox for one reason only: the
desk answered 201 about this very report."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.deliver.outbox import MOST_WAIT_S, CannotKeep, Damaged
from cpe_agent.host import http_date
from cpe_agent.host.clean import clean
from cpe_agent.host.desk_link import ask
from cpe_agent.host.thread import in_thread
from cpe_agent.steps import when

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from cpe_agent.deliver.outbox import Kept, Outbox
    from cpe_agent.host.desk_link import DeskAnswer
    from cpe_agent.profile import Desk

CONTENT_TYPE = "application/vnd.cpe-agent.report+json; version=1"
TRY_S = 20.0  # one way to one desk, a slow uplink included
DISK_S = 10.0  # one change of the outbox
FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 6 * 3600.0

REFUSED = {400, 409, 413, 415, 422}
"""The desk will say the same tomorrow. Everything else may pass."""
_CROWDED = {429, 503}


class Outcome(NamedTuple):
    """``state`` as of ``Kept``; ``retry_s``: how long the desk wants to be left alone; ``stop``: another report would
    fare no better now."""

    state: str
    reason: str | None = None
    locator: str | None = None
    retry_s: float = 0.0
    stop: bool = False


async def send_due(
    outbox: Outbox,
    desk: Desk,
    *,
    everything: bool = False,
    also: Collection[str] = (),
    say: Callable[[str, dict[str, object]], None] | None = None,
) -> tuple[Kept, ...]:
    """Try what is due, the newest first; with ``everything`` also what waits and what was refused, and
    ``also`` these ids whatever they are. Gives back what
    each that was tried has become. ``say`` is told a key of the words' ``upload`` table and what stands in its gaps.
    Never raises for what a disk or a desk does."""
    tell = say or (lambda _key, _gaps: None)
    try:
        if not outbox.exists():
            return ()
        with outbox.sending():
            return await _round(outbox, desk, tell, everything=everything, also=also)
    except BlockingIOError:
        tell("busy", {})
    except (CannotKeep, TimeoutError, OSError):
        tell("not-noted", {})
    return ()


async def _round(
    outbox: Outbox,
    desk: Desk,
    tell: Callable[[str, dict[str, object]], None],
    *,
    everything: bool,
    also: Collection[str],
) -> tuple[Kept, ...]:
    for old in await in_thread(outbox.tidy, timeout_s=DISK_S):
        tell("too-old", {"id": old.id, "made": old.made})
    now = outbox.now()
    ours = {host_of(url) for url in desk.urls}
    done = []
    entries = await in_thread(outbox.all, timeout_s=DISK_S)
    for entry in sorted(entries, key=lambda e: (e.id in also, e.since), reverse=True):
        if entry.state == "sent" or not (everything or entry.id in also or entry.due(now)):
            continue
        if entry.desk is not None and entry.desk not in ours:
            tell("other-desk", {"id": entry.id, "desk": entry.desk})
            # A try all the same: what can never go must grow old like the others.
            await in_thread(outbox.update, _again(entry, "other-desk", now), timeout_s=DISK_S)
            continue
        try:
            body = await in_thread(outbox.read, entry.id, timeout_s=DISK_S)
        except (KeyError, Damaged):  # forgotten, or broken, between the list and now
            continue
        became, outcome = await _send(entry, body, desk, outbox.now)
        done.append(became)
        tell(became.state, {"id": became.id, "reason": became.reason, "locator": became.locator, "desk": became.desk})
        # Where this fails the report goes once more, and the desk answers as it did.
        await in_thread(outbox.update, became, timeout_s=DISK_S)
        if outcome.stop:
            break
    return tuple(done)


async def _send(entry: Kept, body: bytes, desk: Desk, clock: Callable[[], float]) -> tuple[Kept, Outcome]:
    """One report to the first desk that has a word on it."""
    import gzip

    packed = gzip.compress(body, 6, mtime=0)  # the same bytes at every try
    wait_s, stop = 0.0, True
    outcome = Outcome("kept", "unreachable", stop=True)
    for url in desk.urls:
        outcome = await _one(url, entry, packed, desk, clock())
        if outcome.state == "sent":
            sent = entry._replace(
                state="sent", tries=entry.tries + 1, next_try=None, reason=None, locator=outcome.locator,
                desk=host_of(url), sent=when(clock()), tried=clock(),
            )  # fmt: skip
            return sent, outcome
        if outcome.state == "refused":
            break
        wait_s, stop = max(wait_s, outcome.retry_s), stop and outcome.stop
    left = _again(entry, outcome.reason, clock(), wait_s)
    if outcome.state == "refused":
        left = left._replace(state="refused", next_try=None)
    return left, outcome._replace(stop=stop and outcome.state == "kept")


def _again(entry: Kept, reason: str | None, now: float, wait_s: float = 0.0) -> Kept:
    """The entry after a try that failed now; the desk wants to be left alone for ``wait_s`` seconds."""
    following = now + min(MOST_WAIT_S, max(wait_s, backoff_s(entry.tries)))
    return entry._replace(state="kept", tries=entry.tries + 1, next_try=following, reason=reason, tried=now)


async def _one(url: str, entry: Kept, packed: bytes, desk: Desk, now: float) -> Outcome:
    """One report to one desk. A ticket that is not taken any more does not hold the report up."""
    answer = await _post(url, entry, packed, desk, desk.enrolment, now)
    if answer.status == 401 and desk.enrolment is not None:
        answer = await _post(url, entry, packed, desk, None, now)
    return read_answer(answer, entry.id, now)


async def _post(url: str, entry: Kept, packed: bytes, desk: Desk, ticket: str | None, now: float) -> DeskAnswer:
    from base64 import b64encode
    from hashlib import sha256

    headers = {
        "Idempotency-Key": entry.id,
        "Content-Type": CONTENT_TYPE,
        "Content-Encoding": "gzip",
        "Content-Digest": f"sha-256=:{b64encode(sha256(packed).digest()).decode()}:",
    }
    if ticket is not None:
        headers["Authorization"] = f"Bearer {ticket}"
    kept = kept_header(entry, now)
    if kept is not None:
        headers["Cpe-Agent-Kept"] = kept
    return await ask(
        f"{url}/v1/reports", method="POST", headers=headers, body=packed, pins=desk.spki_pins, timeout_s=TRY_S
    )


def kept_header(entry: Kept, now: float) -> str | None:
    """How long this report waited for a way out: ages in seconds, because the desk has the better clock. None when it
    goes at the first try."""
    if entry.tries == 0 or entry.tried is None:
        return None
    age, last = (max(0, round(now - moment)) for moment in (entry.since, entry.tried))
    reason = (entry.reason or "").partition(":")[0].replace("_", "-")
    return f"age={age}, tries={entry.tries}, last-try={last}, last-reason={reason or 'unknown'}"


def read_answer(answer: DeskAnswer, report_id: str, now: float) -> Outcome:
    """What a desk's answer means for the report. Only a 201 about this id takes it off our hands."""
    status = answer.status
    if status is None:
        return Outcome("kept", answer.failure.value if answer.failure is not None else "unreachable", stop=True)
    said = _object(answer.body)
    if status == 201:
        code = said.get("code")
        if said.get("id") != report_id or not isinstance(code, str):
            return Outcome("kept", "other-answer")
        return Outcome("sent", locator=clean(code, 32))
    if status in REFUSED:
        place, words = said.get("path"), said.get("reason")
        told = ": ".join(t for t in (clean(w, 120) for w in (place, words) if isinstance(w, str)) if t)
        return Outcome("refused", f"{status}: {told}" if told else str(status))
    theirs = http_date.seconds(answer.headers.get("date", ""))  # a date is to be read by the clock that wrote it
    retry = retry_after_s(answer.headers.get("retry-after"), now if theirs is None else theirs)
    return Outcome("kept", str(status), retry_s=retry, stop=status in _CROWDED)


def retry_after_s(value: str | None, now: float) -> float:
    """Retry-After (RFC 9110, 10.2.3): seconds, or a date; 0 when it says nothing usable, a day at most."""
    if value is None:
        return 0.0
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), MOST_WAIT_S)
    at = http_date.seconds(text)
    return 0.0 if at is None else min(max(0.0, at - now), MOST_WAIT_S)


def backoff_s(tries: int) -> float:
    """Seconds until the next try after one more that failed: doubling, half of it by chance, so that the computers of
    a whole town do not come back at the same second."""
    whole: float = min(FIRST_WAIT_S * 2 ** min(tries, 20), LONGEST_WAIT_S)
    return whole * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards nothing


def host_of(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
