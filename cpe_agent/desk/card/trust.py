"""How old a report is, whose clock says so, how it came, and what still has to be known before it is acted on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cpe_agent.desk.card.ledger import clock
from cpe_agent.desk.card.records import Arrival, Condition, Notice
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.card.voice import Voice
from cpe_agent.report import Report

OLD_S = 12 * 3600  # a line changes overnight; a visit on yesterday's check finds another fault
JUST_S = 60
CAME_LATER_S = 300
CLOCKS_DIFFER_S = 600
_LATEST = 4e9


class Age(NamedTuple):
    """``seconds`` since the run ended, by the best clock there is. ``theirs``: the run's start by the customer's clock,
    ``measured``: by the best one; both seconds since the epoch, None where unknown."""

    seconds: float
    measured: float
    theirs: float | None

    @property
    def old(self) -> bool:
        return self.seconds > OLD_S

    @property
    def clocks_differ(self) -> bool:
        return self.theirs is not None and abs(self.theirs - self.measured) > CLOCKS_DIFFER_S


def age(report: Report, arrived: Arrival | None, now: float) -> Age:
    """By the desk's own clock where the report came in; the customer's may be wrong by years."""
    theirs = epoch(report.started)
    took = min(max(0.0, report.seconds), OLD_S)
    if arrived is None:
        started = now - took if theirs is None else theirs
    else:
        started = arrived.received - kept(arrived).get("age", 0.0) - took
        # A report may come by hand a week later: then the customer's clock is the better word, if it is possible.
        if theirs is not None and theirs < started - CLOCKS_DIFFER_S and not arrived.kept:
            started = max(theirs, 1_700_000_000.0)
    return Age(max(0.0, now - started - took), started, theirs)


def epoch(moment: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None for what is none."""
    try:
        found = datetime.fromisoformat(moment)
        seconds = found.timestamp() if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
    return seconds if seconds is not None and 0 <= seconds < _LATEST else None


def kept(arrived: Arrival) -> dict[str, float]:
    """The numbers of the ``Cpe-Agent-Kept`` header (docs/protocol.md); a claim of the client."""
    found = {}
    for part in (arrived.kept or "")[:200].split(","):
        key, _, value = part.strip().partition("=")
        if value.isdecimal() and value.isascii() and len(value) < 9:
            found[key] = float(value)
    return found


def told(of: Age, voice: Voice) -> str:
    return voice.say("age.just") if of.seconds < JUST_S else voice.say("age", ago=voice.duration(of.seconds))


def times(of: Age, arrived: Arrival | None, voice: Voice) -> tuple[str, ...]:
    """When it was measured, and when it came if that was not at once."""
    if arrived is None:
        return (voice.say("measured-at.theirs", time=clock(of.measured)),)
    found = [voice.say("measured-at", time=clock(of.measured))]
    if arrived.received - of.measured > CAME_LATER_S:
        found.append(voice.say("received-at", time=clock(arrived.received)))
    return tuple(found)


def notices(of: Age, arrived: Arrival | None, match: str, voice: Voice) -> list[Notice]:
    """``match``: the report's match number, as the customer's own page shows it."""
    found = []
    if arrived is not None and not arrived.verified:
        found.append(Notice("unverified", voice.say("unverified.text", match=match)))
    if of.old:
        found.append(Notice("old", voice.say("age.old")))
    if of.clocks_differ and of.theirs is not None:
        found.append(Notice("clock", voice.say("notice.clock", time=clock(of.theirs))))
    if arrived is not None and kept(arrived).get("age", 0) >= JUST_S and _found_a_way(arrived):
        waited = kept(arrived)["age"]
        since, until = (clock(at)[11:] for at in (arrived.received - waited, arrived.received))
        found.append(Notice("kept", voice.say("notice.kept", waited=voice.duration(waited), since=since, until=until)))
    return found


def _found_a_way(arrived: Arrival) -> bool:
    """Did it wait for a way out, and not for this desk? A status of the desk's own is a number."""
    reason = next((p.partition("=")[2] for p in (arrived.kept or "").split(",") if "last-reason" in p), "").strip()
    return bool(reason) and not reason.isdecimal()


def wanted(of: Age, arrived: Arrival | None, voice: Voice) -> tuple[Condition, ...]:
    """What the report itself still wants before anybody travels on its word."""
    still = voice.say("condition.open")
    found = []
    if arrived is not None and not arrived.verified:
        found.append(Condition("attached", voice.say("condition.attached"), False, still))
    if of.old:
        found.append(Condition("fresh", voice.say("condition.fresh"), False, still))
    return tuple(found)


def trust(arrived: Arrival | None, voice: Voice) -> tuple[str, str]:
    """Word and sentence."""
    if arrived is None:
        return "unknown", ""
    word = "verified" if arrived.verified else "unverified"
    return word, voice.say(word)


def program(report: Report) -> str:
    return visible(f"{report.client.name} {report.client.version}", 60)
