"""The same engine for somebody with no program at all: which question to ask next, and what the answers come to.

Pure. A question that was not asked yet is *pending* in the sense of ``diagnose.predicate``, so a fault's picture
(``catalogue/stated.py``) is yes, no or open by Kleene's logic. The next question is the one that takes most of the
pictures away for what it costs the person, on the average of its answers; none is asked that could change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from cpe_agent.answers import QUESTIONS
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Effect, Fault
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.ladder import ORDER
from cpe_agent.diagnose.predicate import NO, PENDING, UNKNOWN, YES, AnyOf, Expr, Look, Reading, Truth, Value
from cpe_agent.facts import Answers, Plan
from cpe_agent.report import Report, make

MOST_QUESTIONS = 7  # more is an examination, and a caller hangs up
PLATFORM = "questionnaire"  # of a report that no program measured
UNKNOWN_ANSWER = "unknown"

COST: dict[str, int] = {
    # question -> what it asks of a person: 1 he knows, 2 he looks, 3 he must get up or call, 6 he may not like it,
    # 9 he has to plug something over; of two that help as much the first in this table is asked
    "what-fails": 1,
    "devices-failing": 1,
    "browser-shows": 1,
    "changed": 1,
    "connected-by": 1,
    "neighbours": 1,
    "joined": 3,
    "restarted": 2,
    "router-lamps": 2,
    "line-lamp": 2,
    "los-lamp": 4,
    "phones": 2,
    "second-device": 3,
    "modem-lamps": 3,
    "browser": 3,
    "provider-wrote": 6,
    "first-socket": 9,
}
_COMPLAINTS = {"everything": "no-internet", "one-site": "site", "slow": "slow", "drops": "drops"}
_STATED = ("said.", "answer.")
PICTURED: tuple[Fault, ...] = tuple(f for f in ALL if f.stated is not None)


class _Told(Look):
    """Answers and nothing else. ``more``: every question of ``COST`` that was not asked yet may still be answered."""

    def __init__(self, given: Mapping[str, str], more: bool = True) -> None:
        super().__init__(Facts({}))
        self._given = given
        self._more = more

    def take(self, reading: Reading) -> tuple[Truth | None, Value]:
        kind, _, rest = reading.name.partition(".")
        if kind not in ("said", "answer"):
            return (None, True) if reading.name == "plan.asked_only" else (UNKNOWN, None)
        question, _, wanted = rest.partition("=")
        if self._more and question in COST and question not in self._given:
            return PENDING, None
        value = self._given.get(question, UNKNOWN_ANSWER)
        if kind == "said":
            return None, value == wanted
        return (UNKNOWN, None) if value == UNKNOWN_ANSWER else (None, value)


class State(NamedTuple):
    """What a set of answers leaves. ``truths``: one a picture, in the order of ``PICTURED``. ``matter``: questions
    that can still change the verdict. ``relevant``: what was answered to questions that still decide something."""

    truths: tuple[Truth, ...]
    matter: tuple[str, ...]
    relevant: frozenset[tuple[str, str]]


def state(given: Mapping[str, str]) -> State:
    return _state(frozenset(given.items()))


@lru_cache(maxsize=65536)
def _state(answers: frozenset[tuple[str, str]]) -> State:
    given = dict(answers)
    look = _Told(given)
    truths = tuple(_truth(f, look) for f in PICTURED)
    sure = [f for f, truth in zip(PICTURED, truths, strict=True) if truth is YES]
    lowest = min(map(_rank, sure), default=None)
    undecided = [f for f, truth in zip(PICTURED, truths, strict=True) if truth is PENDING]
    # What lies above a picture that stands for certain would only be explained by it.
    deciding = [f for f in undecided if lowest is None or _rank(f) <= lowest]
    matter = {q for f in deciding for q in _questions(f)}
    if lowest is not None and not deciding:
        first = min((f for f in sure if _rank(f) == lowest), key=lambda f: f.number)
        done = first.stated.done if first.stated is not None else None
        if done is not None and done.ask(look, {}) is PENDING:
            matter = set(map(_question, done.readings()))
    kept = matter | {q for f in undecided for q in _questions(f)} | _tried()
    return State(
        truths,
        tuple(q for q in COST if q in matter and q not in given),
        frozenset((q, v) for q, v in given.items() if q in kept),
    )


def conclusion(given: Mapping[str, str]) -> tuple[object, ...]:
    """What the verdict hangs on when no more is asked: the pictures that stand, and what was already tried. Equal
    conclusions are equal diagnoses."""
    look = _Told(given, more=False)
    standing = tuple(f.code for f in PICTURED if _truth(f, look) is YES)
    done = [f.stated.done.ask(look, {}) for f in PICTURED if f.stated is not None and f.stated.done is not None]
    return standing, tuple(done)


def next_question(given: Mapping[str, str]) -> str | None:
    """The question that separates most for its cost; None when none can change the verdict, or enough were asked."""
    if len(given) >= MOST_QUESTIONS:
        return None
    now = state(given)
    if not now.matter:
        return None
    return max(now.matter, key=lambda q: (_gain(q, given, now) / COST[q], -list(COST).index(q)))


def _gain(question: str, given: Mapping[str, str], now: State) -> float:
    """How many pictures an answer takes away, on the average of the answers that say something."""
    values = QUESTIONS[question]
    after = sum(_possible(state({**given, question: value}).truths) for value in values)
    return _possible(now.truths) - after / len(values)


def _possible(truths: tuple[Truth, ...]) -> int:
    return sum(truth is not NO for truth in truths)


def _truth(fault: Fault, look: Look) -> Truth:
    assert fault.stated is not None
    if any(part.ask(look, {}) is YES for part in _ruled_out_by(fault.code)):
        return NO
    return fault.stated.picture.ask(look, {})


def _rank(fault: Fault) -> tuple[bool, int]:
    return fault.effect is not Effect.STOPS, ORDER.index(fault.breaks)


def _question(reading: Reading) -> str:
    return reading.name.partition(".")[2].partition("=")[0]


@cache
def _tried() -> frozenset[str]:
    """Questions that tell that a next test was already done."""
    done = [f.stated.done for f in PICTURED if f.stated is not None and f.stated.done is not None]
    return frozenset(_question(r) for e in done for r in e.readings())


@cache
def _ruled_out_by(code: str) -> tuple[Expr, ...]:
    """The alternatives of what rules it out that answers alone decide."""
    ruled = BY_CODE[code].rules_out
    parts = ruled.parts if isinstance(ruled, AnyOf) else () if ruled is None else (ruled,)
    return tuple(p for p in parts if all(r.name.startswith(_STATED) for r in p.readings()))


@cache
def _questions_of(code: str) -> frozenset[str]:
    stated = BY_CODE[code].stated
    assert stated is not None
    readings = [r for e in (stated.picture, *_ruled_out_by(code)) for r in e.readings()]
    return frozenset(_question(r) for r in readings if r.name.startswith(_STATED)) & COST.keys()


def _questions(fault: Fault) -> frozenset[str]:
    return _questions_of(fault.code)


def facts_of(plan: Plan, given: Mapping[str, str]) -> Facts:
    """What the engine judges: the profile and the answers, and nothing measured."""
    complaint = _COMPLAINTS.get(given.get("what-fails", ""))
    asked = plan._replace(asked_only=True, complaint=complaint)
    contents = {Plan: asked, Answers: Answers(dict(given))}
    return Facts({kind: Section(Outcome.MEASURED, 0.0, 0.0, content) for kind, content in contents.items()})


def judged(plan: Plan, given: Mapping[str, str]) -> Judgement:
    return judge(Look(facts_of(plan, given)), ALL)


def report_of(plan: Plan, given: Mapping[str, str], *, seconds: float = 0.0, case: str | None = None) -> Report:
    """A report like any other: its sections are the profile and the answers. ``seconds``: how long the asking took."""
    started = time.time() - seconds
    return make(
        facts_of(plan, given), judged(plan, given), started=started, seconds=seconds, platform=PLATFORM, case=case
    )
