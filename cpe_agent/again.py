"""Measuring once more: what of the report before still holds, so that only what can have changed is measured.

A look at this computer and at the router costs milliseconds and is always taken anew: what is kept never stands beside
a computer that has changed since, and no time that a router counts grows old. Of the longer measurements those are kept
that lie below everything that was found wrong or was done, and that no question of a standing fault reads.
"""

from __future__ import annotations

from dataclasses import replace

from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Effect, expressions
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.ladder import Rung, below
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import (
    SECTIONS,
    Addressing,
    Answers,
    Clock,
    Dhcp,
    Dial,
    Dns,
    Gateway,
    Interfaces,
    Load,
    Loss,
    Neighbours,
    Past,
    Path,
    Plan,
    Pppoe,
    Protection,
    ProxyVpn,
    Reach,
    Router,
    System,
    Traffic,
    Web,
    Wifi,
)
from cpe_agent.report import Report
from cpe_agent.run import SPARED

MOST_AGE_S = 300.0  # a line may come and go in this time; what is older is measured again whatever was done

LOOKS: frozenset[type] = frozenset(
    {Plan, Answers, System, Interfaces, Wifi, Addressing, ProxyVpn, Dial, Protection, Gateway, Router, Past}
)
"""What is always measured anew."""

MEASURES: dict[type, Rung] = {
    Load: Rung.DEVICE_OK,
    Traffic: Rung.LINK,
    Neighbours: Rung.ADDRESS,
    Dhcp: Rung.ADDRESS,
    Pppoe: Rung.LINE,
    Reach: Rung.INTERNET,
    Loss: Rung.INTERNET,
    Path: Rung.INTERNET,
    Dns: Rung.DNS,
    Clock: Rung.CLOCK,
    Web: Rung.SITE,
}
"""The highest rung that each of the longer measurements tells of: what changes there or below changes it."""

STEPS: dict[str, Rung] = {
    # what a customer may say was done -> the lowest rung that it can change
    "adapter-switched-on": Rung.DEVICE_OK,
    "address-automatic": Rung.ADDRESS,
    "browser-tried": Rung.WEB,
    "cable-pushed-in": Rung.LINK,
    "cable-tried": Rung.LINK,
    "clock-automatic": Rung.CLOCK,
    "computer-restarted": Rung.DEVICE_OK,
    "connect-pressed": Rung.WAN_SESSION,
    "devices-off": Rung.LINK,
    "dns-automatic": Rung.DNS,
    "first-socket-tried": Rung.LINE,
    "lan-cable-swapped": Rung.LINK,
    "login-entered": Rung.WAN_SESSION,
    "loop-opened": Rung.LINK,
    "modem-cable-moved": Rung.LINE,
    "modem-cable-pushed-in": Rung.LINE,
    "modem-power-checked": Rung.LINE,
    "moved-closer": Rung.LINK,
    "others-paused": Rung.LINK,
    "programs-closed": Rung.DEVICE_OK,
    "protection-paused": Rung.DEVICE_OK,
    "proxy-off": Rung.INTERNET,
    "proxy-script-off": Rung.INTERNET,
    "proxy-signed-in": Rung.OPEN,
    "router-blocks-looked": Rung.LINK,
    "router-filter-reset": Rung.LINK,
    "router-moved-socket": Rung.LINK,
    "router-power-checked": Rung.LINK,
    "router-restarted": Rung.LINK,
    "router-set-up": Rung.LINK,
    "scanning-off": Rung.INTERNET,
    "second-link-off": Rung.LINK,
    "second-router-unplugged": Rung.LINK,
    "signed-in": Rung.INTERNET,
    "system-updated": Rung.DEVICE_OK,
    "uploads-paused": Rung.DEVICE_OK,
    "virus-scanned": Rung.DEVICE_OK,
    "vpn-off": Rung.ADDRESS,
    "waited": Rung.LINK,
    "waited-long": Rung.LINK,
    "wifi-button": Rung.LINK,
    "wifi-channel": Rung.LINK,
    "wifi-joined": Rung.LINK,
    "wifi-key-typed": Rung.LINK,
    "wifi-off-and-on": Rung.LINK,
    "wifi-switched-on": Rung.LINK,
}


def kept(facts: Facts, report: Report, step: str | None, elapsed_s: float) -> dict[type, Section]:
    """The sections of a run that still hold ``elapsed_s`` after its start, told from a run that starts now. ``facts``
    are what it measured: its report hides addresses under a key of its own, so that they fit no other run's."""
    return _still_good(facts, changeable(report, step), elapsed_s)


def _still_good(facts: Facts, new: frozenset[type], elapsed_s: float) -> dict[type, Section]:
    found = {}
    for section in MEASURES:
        old = facts.section(section)
        if section not in new and old is not None and old.outcome is Outcome.MEASURED:
            at = old.started - elapsed_s
            if at >= -MOST_AGE_S:
                found[section] = replace(old, started=at)
    return found


def changeable(report: Report, step: str | None) -> frozenset[type]:
    """The sections that can say something else now."""
    d = report.diagnosis
    standing = [BY_CODE[code] for code in (*d.suspects, *_standing(report)) if code in BY_CODE]
    rungs = {f.breaks for f in standing if f.effect is not Effect.ADVISES}
    if d.first_broken is not None:
        rungs.add(Rung(d.first_broken))
    if step in STEPS:
        rungs.add(STEPS[step])
    elif step is not None or not rungs:  # who knows what; or nothing is wrong, and every look is wanted anew
        return frozenset(SECTIONS)
    touched = {s for s, highest in MEASURES.items() if any(r is highest or r in below(highest) for r in rungs)}
    read = {section for f in standing for e in expressions(f) for r in e.readings() for section in r.sections}
    return frozenset(LOOKS | touched | read)


def _standing(report: Report) -> list[str]:
    return [f.fault for f in report.diagnosis.findings if f.standing != "refuted"]


def contradicted(report: Report, sections: dict[type, Section]) -> bool:
    """The new report finds something broken at or below what a kept section tells of: then that section was too old."""
    broken = report.diagnosis.first_broken
    if broken is None:
        return False
    rung = Rung(broken)
    return any(rung is MEASURES[s] or rung in below(MEASURES[s]) for s in sections)


def answered(facts: Facts, given: dict[str, str]) -> Facts | None:
    """The facts of a run with these answers; None when a section that was spared then could now matter, and must be
    measured first."""
    sections = {s: found for s in facts if (found := facts.section(s)) is not None}
    sections[Answers] = Section(Outcome.MEASURED, 0.0, 0.0, Answers(given))
    whole = Facts(sections)
    spared = _spared(whole)
    return whole if not spared or judge(Look(whole.with_pending(spared)), ALL).settled else None


def kept_beside_answers(facts: Facts, elapsed_s: float) -> dict[type, Section]:
    """What still holds when only answers are new."""
    return _still_good(facts, LOOKS | _spared(facts), elapsed_s)


def _spared(facts: Facts) -> frozenset[type]:
    found = {s: facts.section(s) for s in (*LOOKS, *MEASURES)}
    return frozenset(s for s, f in found.items() if f is not None and f.reason == SPARED)
