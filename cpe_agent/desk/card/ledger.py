"""The ledger: what was already done, asked and said, by whom and when, so that nobody asks for it again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from cpe_agent.answers import QUESTIONS
from cpe_agent.desk.card.records import Done
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.card.voice import Voice
from cpe_agent.next_step import content
from cpe_agent.report import Report
from cpe_agent.steps import SAME_CALL_S, Step, when
from cpe_agent.words import table

KINDS = ("done", "asked", "said")
MOST_TEXT = 90
MOST_NAME = 30
STANDS_FOR = {"first-socket": "first-socket-tried", "cable-swap": "lan-cable-swapped", "browser": "browser-tried"}
"""An answer to the question tells of the step."""


class LedgerEntry(NamedTuple):
    """What a person entered in the case. ``at``: seconds since the epoch. ``by``: his name. ``kind``: done (``key`` is
    a step of ``words/en/steps`` or a condition of a fault's ``before_action``) | asked (``key`` is a question of
    ``cpe_agent.answers``) | said (``key`` and ``value`` are a question and its answer). Without a key: ``text``.
    ``source``: observed (by the one who entered it) | stated (by the customer)."""

    at: float
    by: str
    kind: str
    key: str = ""
    value: str = ""
    text: str = ""
    source: str = "stated"


def answers_given(report: Report | None) -> dict[str, str]:
    """Question -> answer, as the report has them; only what are questions and words."""
    given = {} if report is None else content(report, "answers").get("given")
    if not isinstance(given, dict):
        return {}
    return {q: a for q, a in given.items() if q in QUESTIONS and isinstance(a, str) and a != "unknown"}


def answers_since(ledger: Iterable[LedgerEntry], report: Report | None, came: float = 0.0) -> dict[str, str]:
    """What the customer answered and a person entered, where the report says otherwise or nothing; the last word
    counts. ``came``: when the report did (epoch seconds): what was said two hours before it tells of other trouble."""
    known = answers_given(report)
    said = sorted((e for e in ledger if e.kind == "said" and e.at >= came - SAME_CALL_S), key=lambda e: e.at)
    last = {e.key: e.value for e in said}
    return {q: a for q, a in last.items() if a in QUESTIONS.get(q, ()) and known.get(q) != a}


def steps_done(report: Report | None, ledger: Iterable[LedgerEntry]) -> dict[str, str]:
    """Step -> its source (observed | stated | entered)."""
    found = {} if report is None else {step.step: step.source for step in report.steps}
    for question in answers_given(report):
        if question in STANDS_FOR:
            found.setdefault(STANDS_FOR[question], "stated")
    for entry in ledger:
        step = entry.key if entry.kind == "done" else STANDS_FOR.get(entry.key, "") if entry.kind == "said" else ""
        if step:
            found.setdefault(step, "entered")
    return found


def lines(report: Report | None, ledger: Iterable[LedgerEntry], voice: Voice) -> tuple[Done, ...]:
    """Every line, steps before answers, what persons entered last. A line that says the same as one before is left
    out."""
    found: list[Done] = []
    if report is not None:
        found += [_step(step, voice) for step in report.steps]
        for question, answer in answers_given(report).items():
            what = voice.say("ledger.answered", what=voice.asked(question), answer=voice.answer(question, answer))
            found.append(Done(what, voice.say("ledger.by.customer"), "", "", "stated"))
    found += [_entry(entry, voice) for entry in sorted(ledger, key=lambda e: e.at) if entry.kind in KINDS]
    once: dict[str, Done] = {}
    for line in found:
        once.setdefault(line.what, line)
    return tuple(once.values())


def _step(step: Step, voice: Voice) -> Done:
    if step.age_s is None:
        moment = voice.say("ledger.at", time=visible(step.when[11:16], 5))
    else:
        moment = voice.say("ledger.before", ago=voice.duration(step.age_s))
    who = "customer" if step.source == "stated" else "program"
    return Done(voice.step(step.step), voice.say(f"ledger.by.{who}"), moment, _came(step, voice), step.source)


def _came(step: Step, voice: Voice) -> str:
    if step.outcome is None or not voice.has(f"ledger.{step.outcome}"):
        return ""
    words = [voice.say(f"ledger.{step.outcome}")]
    if step.outcome in ("gone", "cured") and step.checks:
        words.append(voice.count("ledger.runs", step.checks))
    elif step.outcome == "back" and step.held_s:
        words.append(voice.say("ledger.held", time=voice.duration(step.held_s)))
    return voice.listed(words)


def _entry(entry: LedgerEntry, voice: Voice) -> Done:
    at = voice.say("ledger.at", time=when(entry.at)[11:16]) if entry.at > 0 else ""
    name = visible(entry.by, MOST_NAME)
    told = voice.say("ledger.by.seen" if entry.source == "observed" else "ledger.by.told", name=name)
    if entry.kind == "said" and entry.key in QUESTIONS:
        key = "ledger.answered.unknown" if entry.value == "unknown" else "ledger.answered"
        what = voice.say(key, what=voice.asked(entry.key), answer=voice.answer(entry.key, entry.value))
        return Done(what, told, at, "", "entered")
    if entry.kind == "asked" and entry.key in QUESTIONS:
        what = voice.say("ledger.asked", what=voice.asked(entry.key))
        return Done(what, voice.say("ledger.by.person", name=name), at, "", "entered")
    known = named(entry.key, voice)
    if entry.key in table("steps", "PHRASES"):
        return Done(known, told, at, "", "entered")
    what = known or visible(entry.text or entry.key, MOST_TEXT)
    return Done(what, voice.say("ledger.by.person", name=name), at, "", "entered", not known)


def named(key: str, voice: Voice) -> str:
    """What a key of a done entry says: a step, or a condition of ``before_action``; empty for neither."""
    if key in table("steps", "PHRASES"):
        return voice.step(key)
    return voice.ui(f"before.{key}") if f"before.{key}" in table("interface", "PHRASES") else ""


def clock(seconds: float) -> str:
    """``2026-11-22 20:02`` in UTC."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(min(max(0.0, seconds), 4e9)))
