"""What was already done, and what came of it: nobody needs to ask for it again.

A restart is told when this run's own facts show that it is fresh, or when it lies between this run and one of the last
two hours that found something wrong. What was found before and after it is compared, and no more: what ended after a
restart may have ended by itself, so only one that stands alone and after which two runs were good is said to have
cured it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cpe_agent.collector import Facts
from cpe_agent.diagnose.readings import past, router
from cpe_agent.facts import Answers, Past, PastRun, Router, System
from cpe_agent.words import counted, listed, phrase, ui

JUST_RESTARTED_S = 900  # a restart this fresh belongs to the story of this call
SAME_CALL_S = 7200  # an older run tells of other trouble
CURED_CHECKS = 2
_SLACK_S = 2  # counters of whole seconds, looked at within one run
_START_S = 120  # services of one router come up within this of each other
_ANSWERED = (
    # step -> the question, and its answers that tell that it was done
    ("lan-cable-swapped", "cable-swap", ("works", "fails")),
    ("router-restarted", "restarted", ("in-vain",)),
)


class Step(NamedTuple):
    """Something already done. ``source``: observed | stated. ``when``: RFC 3339, UTC; ``age_s``: how long before the
    report's start. ``fact``: the reading or field that showed it. ``outcome``, against the last run before it: cured |
    gone | stayed | back (gone, then there again); ``fault`` is what that run had named, ``checks`` how many runs in a
    row were good since, ``held_s`` how long after the step the last good run was."""

    step: str
    source: str
    when: str
    age_s: int | None = None
    fact: str | None = None
    outcome: str | None = None
    fault: str | None = None
    checks: int = 0
    held_s: int | None = None


class Stated(NamedTuple):
    """What the customer says was done. ``at``: when he said so, seconds since the epoch."""

    step: str
    at: float


def steps(
    facts: Facts,
    started: float,
    verdict: str,
    fault: str | None,
    stated: Iterable[Stated] = (),
    visit: Iterable[PastRun] = (),
) -> tuple[Step, ...]:
    """``verdict`` and ``fault`` of this run; ``started`` in seconds since the epoch. ``visit``: this visit's earlier
    runs, newest first, which count where the history has none."""
    runs = (facts[Past].runs if facts.measured(Past) else ()) or tuple(visit)
    seen = []
    for name, fact, age in _restarts(facts):
        before = next((r for r in runs if r.age_s > age + _SLACK_S), None)
        if before is not None and before.age_s > age + SAME_CALL_S:
            before = None
        ill = before is not None and before.verdict != "healthy"
        if age < JUST_RESTARTED_S or (ill and age < SAME_CALL_S):
            restart = Step(name, "observed", when(started - age), round(age), fact)
            after = [r for r in runs if r.age_s < age - _SLACK_S]
            seen.append(_with_outcome(restart, before, after, verdict, fault))
    seen += _stated(stated, {s.step for s in seen}, started, runs, verdict, fault)
    alone = sum(s.outcome is not None for s in seen) == 1
    told = [s._replace(outcome="cured") if alone and s.outcome == "gone" and s.checks >= CURED_CHECKS else s
            for s in seen]  # fmt: skip
    told += _reconnected(facts, started)
    given = facts[Answers].given if facts.measured(Answers) else {}
    for name, question, answers in _ANSWERED:
        if given.get(question) in answers and not any(s.step == name for s in told):
            told.append(Step(name, "stated", when(started)))
    return tuple(told)


def by_answer(step: Step) -> bool:
    """An answer tells of it, which does not say when."""
    return step.source == "stated" and step.age_s is None


def _stated(
    stated: Iterable[Stated], seen: set[str], started: float, runs: Sequence[PastRun], verdict: str, fault: str | None
) -> list[Step]:
    """What was said and not seen, the last time each."""
    last = {s.step: s.at for s in stated if s.step not in seen}
    found = []
    for name, at in last.items():
        age = max(0.0, started - at)
        before = next((r for r in runs if r.age_s > age), None)
        after = [r for r in runs if r.age_s <= age]
        said = Step(name, "stated", when(at), round(age))
        found.append(_with_outcome(said, before, after, verdict, fault))
    return found


def _with_outcome(step: Step, before: PastRun | None, after: list[PastRun], verdict: str, fault: str | None) -> Step:
    """``before``: the last run before the step; ``after``: those since, newest first."""
    outcome, checks = _outcome(before, after, verdict, fault)
    if outcome is None or before is None:
        return step
    age = step.age_s or 0
    last_good = next((r.age_s for r in after if r.verdict == "healthy"), None)
    held = age if verdict == "healthy" else (None if last_good is None else max(0, round(age - last_good)))
    return step._replace(outcome=outcome, fault=before.fault, checks=checks, held_s=held)


def _restarts(facts: Facts) -> list[tuple[str, str, float]]:
    """(step, reading, how many seconds ago) of what may have restarted last."""
    found: list[tuple[str, str, float]] = []
    if facts.measured(System) and (booted := facts[System].boot_age_s) is not None:
        found.append(("computer-restarted", "system.boot_age_s", booted))
    earlier = facts[Past] if facts.measured(Past) else Past()
    age = _router_age(facts[Router]) if facts.measured(Router) else None
    if age is not None and not past.young_by_itself(earlier, age):
        found.append(("router-restarted", "router.uptime_s", age))
    return found


def _router_age(r: Router) -> int | None:
    """By the router's epoch; unknown while its connection stands for longer than that, because then only the
    port-mapping service was started again."""
    age: int | None = router.uptime_s.read(r)
    stands = router.wan_uptime_s.read(r) if router.session.read(r) == "connected" else None
    return None if age is not None and stands is not None and stands > age + _START_S else age


def _outcome(before: PastRun | None, after: list[PastRun], verdict: str, fault: str | None) -> tuple[str | None, int]:
    if before is None or before.verdict == "healthy":
        return None, 0
    if verdict == "healthy":
        good = next((number for number, run in enumerate(after) if run.verdict != "healthy"), len(after))
        return "gone", good + 1
    if fault is None or fault != before.fault:
        return None, 0
    return ("back" if any(run.verdict == "healthy" for run in after) else "stayed"), 0


def _reconnected(facts: Facts, started: float) -> list[Step]:
    """The router's connection is young and the router is not."""
    if not facts.measured(Router):
        return []
    own, stands = router.uptime_s.read(facts[Router]), router.wan_uptime_s.read(facts[Router])
    connected = router.session.read(facts[Router]) == "connected"
    if not connected or own is None or stands is None or stands >= JUST_RESTARTED_S or own <= stands + _START_S:
        return []
    return [Step("line-reconnected", "observed", when(started - stands), stands, "router.wan_uptime_s")]


def told(step: Step, language: str) -> str:
    """One step as a person reads it."""
    name, source = phrase("steps", step.step, language), ui(f"step.{step.source}", language)
    if step.age_s is None:
        return f"{name} {step.when[11:16]} UTC ({source})"
    words = [ui("step.ago", language).format(step=name, minutes=step.age_s // 60, time=step.when[11:16], source=source)]
    if step.outcome in ("cured", "gone"):
        words.append(counted("interface", f"step.outcome.{step.outcome}", step.checks, language).format(n=step.checks))
    elif step.outcome is not None:
        words.append(ui(f"step.outcome.{step.outcome}", language))
    if step.outcome == "back" and step.held_s:
        words.append(counted("interface", "step.held", step.held_s // 60, language).format(n=step.held_s // 60))
    if step.step != "line-reconnected" and step.source == "observed":
        words.append(ui("step.enough", language))
    return listed(words, language)


def when(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond; ``seconds`` since the epoch."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"
