"""One run: every collector starts the moment what it needs is measured, all share one deadline, and the run ends when
the verdict is settled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome, Section
from cpe_agent.facts import Answers, Plan, section_name
from cpe_agent.host import Host
from cpe_agent.host.clean import clean

Watcher = Callable[[type, Section], None]
Settled = Callable[[Facts], bool]

BUDGET_S = 8.0  # hard stop of a plain run
DEEP_BUDGET_S = 20.0
SPARED = "the verdict was settled before"  # why a section was not measured that could have been


@dataclass(frozen=True)
class Finished:
    facts: Facts
    seconds: float
    settled: bool


async def run(
    host: Host,
    collectors: Sequence[Collector],
    plan: Plan,
    answers: Answers,
    *,
    budget_s: float,
    settled: Settled,
    watch: Watcher | None = None,
    kept: Mapping[type, Section] | None = None,
) -> Finished:
    """Measure. ``settled`` is asked after every new section; ``watch`` is told of each. ``kept`` sections are taken as
    they are and not measured. Raises ValueError for collectors whose needs nobody makes, or that wait for each other
    in a circle."""
    check(collectors)
    began = time.monotonic()
    sections: dict[type, Section] = {
        **(kept or {}),
        Plan: Section(Outcome.MEASURED, 0.0, 0.0, plan),
        Answers: Section(Outcome.MEASURED, 0.0, 0.0, answers),
    }
    waiting = [c for c in collectors if c.makes not in sections]
    running: dict[asyncio.Task[Section], Collector] = {}
    done = False

    def add(section: type, measured: Section) -> None:
        sections[section] = measured
        if watch is not None:
            watch(section, measured)

    while True:
        waiting = _start(waiting, sections, host, running, began, budget_s, add)
        facts = Facts(sections, frozenset(c.makes for c in (*waiting, *running.values())))
        done = settled(facts)
        left = budget_s - (time.monotonic() - began)
        if done or not running or left <= 0:
            break
        finished, _ = await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            add(running.pop(task).makes, _result(task, began))

    outcome, reason = (Outcome.SKIPPED, SPARED) if done else (Outcome.TIMED_OUT, "run's end")
    now = time.monotonic() - began
    for collector in (*waiting, *running.values()):
        add(collector.makes, Section(outcome, now, 0.0, None, reason))
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=0.2)
    return Finished(Facts(sections), time.monotonic() - began, done)


def under_way(collectors: Iterable[Collector], facts: Facts) -> tuple[type, ...]:
    """Which of these are being measured at this moment: pending, and waiting for nothing."""
    there = set(facts)
    return tuple(c.makes for c in collectors if c.makes in facts.pending and there.issuperset((*c.needs, *c.after)))


def _start(
    waiting: Iterable[Collector],
    sections: dict[type, Section],
    host: Host,
    running: dict[asyncio.Task[Section], Collector],
    began: float,
    budget_s: float,
    add: Callable[[type, Section], None],
) -> list[Collector]:
    """Start what can start; what can never start is skipped, which may let others go on."""
    rest = list(waiting)
    moved = True
    while moved:
        moved = False
        for collector in tuple(rest):
            missing = next((n for n in collector.needs if n in sections and sections[n].content is None), None)
            if missing is not None:
                rest.remove(collector)
                at = time.monotonic() - began
                add(collector.makes, Section(Outcome.SKIPPED, at, 0.0, None, f"needs {section_name(missing)}"))
                moved = True
            elif all(n in sections for n in (*collector.needs, *collector.after)):
                rest.remove(collector)
                facts = Facts({n: sections[n] for n in (Plan, *collector.needs, *collector.after)})
                running[asyncio.create_task(_measure(collector, host, facts, began, budget_s))] = collector
                moved = True
    return rest


async def _measure(collector: Collector, host: Host, facts: Facts, began: float, budget_s: float) -> Section:
    started = time.monotonic() - began
    content: object | None = None
    outcome, reason = Outcome.MEASURED, None
    try:
        async with asyncio.timeout(max(0.0, min(collector.seconds, budget_s - started))):
            content = await collector.collect(host, facts)
        if not isinstance(content, collector.makes):
            raise TypeError(f"made {type(content).__name__}")  # shown as a crash of the collector
    except CannotMeasure as error:
        outcome, reason = error.outcome, error.reason
    except TimeoutError:
        outcome, reason = Outcome.TIMED_OUT, f"took more than {collector.seconds:g} s"
    except Exception as error:  # a defect of one collector must not take the others with it; it is shown, not hidden
        content = None
        # What broke it may have come from the network, and is then part of the message.
        outcome, reason = Outcome.CRASHED, clean(f"{type(error).__name__}: {error}", 200)
    return Section(outcome, started, time.monotonic() - began - started, content, reason)


def _result(task: asyncio.Task[Section], began: float) -> Section:
    """What the collector measured. A cancellation that the run did not ask for is a defect like any other."""
    if task.cancelled():
        return Section(Outcome.CRASHED, time.monotonic() - began, 0.0, None, "CancelledError")
    return task.result()


def check(collectors: Sequence[Collector]) -> None:
    """Raises ValueError when a need has no maker, two make the same section, or needs run in a circle."""
    from graphlib import CycleError, TopologicalSorter

    made = [c.makes for c in collectors]
    if len(set(made)) != len(made):
        raise ValueError("two collectors make the same section")
    for c in collectors:
        for need in (*c.needs, *c.after):
            if need not in (*made, Plan, Answers):
                raise ValueError(f"{section_name(c.makes)} needs {section_name(need)}, which nobody makes")
    try:
        TopologicalSorter({c.makes: (*c.needs, *c.after) for c in collectors}).prepare()
    except CycleError as error:
        raise ValueError(f"collectors wait for each other: {error.args[1]}") from None
