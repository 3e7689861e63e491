"""May a technician be sent, and what must be answered first: from the fault's own rule and from what is on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cpe_agent.desk.card.ledger import LedgerEntry
from cpe_agent.desk.card.records import Condition, Dispatch
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.card.voice import Voice
from cpe_agent.diagnose.fault import Dispatch as Rule
from cpe_agent.diagnose.fault import Fault

ANSWERS_TO: dict[str, tuple[str, ...]] = {
    # condition -> questions of which one answer settles it
    "nte-test": ("first-socket",),
    "lamps-asked": ("modem-lamps", "los-lamp", "line-lamp"),
    "recent-provider-change-asked": ("changed",),
}
STEPS_FOR: dict[str, tuple[str, ...]] = {
    # condition -> steps of which one settles it
    "nte-test": ("first-socket-tried",),
    "other-socket-tried": ("router-moved-socket",),
    "power-cycle-recorded": ("router-restarted",),
}


class Record(NamedTuple):
    """What is on record: question -> answer, step -> source, and what persons entered."""

    given: Mapping[str, str]
    steps: Mapping[str, str]
    entries: tuple[LedgerEntry, ...]


def conditions(keys: Iterable[str], record: Record, voice: Voice) -> tuple[Condition, ...]:
    """What must be answered before an action, each with whether it is and by whom."""
    return tuple(_condition(key, record, voice) for key in keys)


def _condition(key: str, record: Record, voice: Voice) -> Condition:
    text = voice.ui(f"before.{key}")
    entered = next((e for e in record.entries if e.kind in ("done", "asked", "said") and e.key == key), None)
    if entered is not None:
        return Condition(key, text, True, voice.say("ledger.by.person", name=visible(entered.by, 40)))
    for question in ANSWERS_TO.get(key, ()):
        if question in record.given:
            return Condition(key, text, True, voice.answer(question, record.given[question]))
    for step in STEPS_FOR.get(key, ()):
        if step in record.steps:
            who = "program" if record.steps[step] == "observed" else "customer"
            return Condition(key, text, True, voice.say(f"ledger.by.{who}"))
    return Condition(key, text, False, voice.say("condition.open"))


def dispatch(
    fault: Fault, acts: str, before: tuple[Condition, ...], trust: tuple[Condition, ...], voice: Voice
) -> Dispatch:
    """For a named fault. ``before``: its conditions; ``trust``: what the report itself still wants before anybody
    travels on its word."""
    if fault.dispatch is Rule.NO:
        by_hand = acts == "customer" and fault.owner in ("account", "access", "isp-core", "remote")
        why = voice.say("dispatch.why.customer" if by_hand else f"dispatch.why.{fault.owner}")
        return Dispatch("no", voice.say("dispatch.no"), why)
    wanted = (*before, *trust)
    if all(condition.met for condition in wanted):
        return Dispatch("yes", voice.say("dispatch.yes"), voice.say("dispatch.yes.why"), wanted)
    return Dispatch("after", voice.say("dispatch.after"), voice.say("dispatch.after.why"), wanted)


def none(reason: str, voice: Voice) -> Dispatch:
    """Where no fault of the catalogue is named. ``reason``: healthy | inconclusive | newer | unjudged."""
    known = reason == "healthy"
    return Dispatch(
        "no", voice.say("dispatch.no" if known else "dispatch.not-yet"), voice.say(f"dispatch.why.{reason}")
    )
