"""The report's numbers: what it is called, who made it, what can be checked with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent import __version__
from cpe_agent.deliver.receipt import cleared, receipt_code
from cpe_agent.deliver.spoken_code import match_of
from cpe_agent.desk.card.ledger import clock
from cpe_agent.desk.card.records import About, Arrival
from cpe_agent.desk.card.trust import Age, program
from cpe_agent.desk.card.visible import figure, visible
from cpe_agent.desk.card.voice import Voice
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.report import Diagnosis, Report

if TYPE_CHECKING:
    from cpe_agent.desk.card.content import Judged


def of_report(
    report: Report, data: bytes, arrived: Arrival | None, age: Age, read: Judged, voice: Voice
) -> tuple[About, ...]:
    rows = [
        ("id", visible(report.id, 40), "code"),
        ("locator", (arrived.locator if arrived is not None else None) or "", "code"),
        ("case", visible(report.case or "", 20), "code"),
        ("spoken", visible(report.spoken_code, 30), "code"),
        ("match", match(report.id), "code"),
        ("fault", fault_words(read.report.diagnosis), "code"),
        ("receipt", receipt(report, data), "code"),
        ("cleared", receipt_state(read, voice), "text"),
        ("program", program(report), "code"),
        ("system", visible(report.client.platform, 60), "code"),
        ("profile", visible(report.profile, 60), "text"),
        ("started", clock(age.measured), "code"),
        ("took", voice.say("seconds", n=figure(report.seconds)), "text"),
        ("received", "" if arrived is None else clock(arrived.received), "code"),
        ("judged", _judged(report, read, voice), "text"),
    ]
    return tuple(About(voice.say(f"about.{key}"), value, kind) for key, value, kind in rows if value)


def receipt(report: Report, data: bytes) -> str:
    return visible(report.cut_of, 20) if report.cut_of is not None else receipt_code(data)


def receipt_state(read: Judged, voice: Voice) -> str:
    """Whether the receipt clears the customer's side, by this desk's own judgement."""
    if not cleared(read.report):
        return voice.say("about.receipt.open")
    return voice.say("about.receipt.cleared" if read.basis == "own" else "about.receipt.claimed")


def match(report_id: str) -> str:
    try:
        return str(match_of(report_id))
    except ValueError:
        return ""


def fault_words(d: Diagnosis) -> str:
    """``access-no-sync (68)``."""
    if d.fault is None:
        return ""
    fault = BY_CODE.get(d.fault)
    return visible(d.fault, 60) if fault is None else f"{fault.code} ({fault.number})"


def _judged(report: Report, read: Judged, voice: Voice) -> str:
    if read.basis == "own":
        return voice.say("about.judged.own", version=__version__)
    return voice.say("about.judged.theirs", version=visible(report.client.version, 20))


def verdict(d: Diagnosis, voice: Voice) -> str:
    """A diagnosis in one line."""
    if d.verdict == "healthy":
        return voice.say("healthy")
    if d.verdict != "fault" or d.fault is None:
        titles = [voice.title(code) for code in d.suspects[:2]]
        return voice.listed([voice.say("inconclusive"), *titles])
    fault = BY_CODE.get(d.fault)
    title = voice.title(d.fault)
    return title if fault is None else voice.say("counter.is", title=title, owner=voice.owner(fault, named=False))
