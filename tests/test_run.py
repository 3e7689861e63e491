"""The runner: starts by need, one deadline, a crash stays its own, settled ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome, Section
from cpe_agent.facts import Answers, Clock, Dial, Dns, Gateway, Load, Plan, Reach, System, Web
from cpe_agent.host import Host
from cpe_agent.run import Finished, check, run, under_way

NO_HOST = cast(Host, None)
Collect = Callable[[Host, Facts], Awaitable[object]]


def makes(section: type, after_s: float = 0.0, **more: Any) -> Collector:
    async def collect(_host: Host, _facts: Facts) -> object:
        await asyncio.sleep(after_s)
        return section()

    return Collector(collect, section, **more)


def fails(section: type, error: Exception) -> Collector:
    async def collect(_host: Host, _facts: Facts) -> object:
        raise error

    return Collector(collect, section)


def go(*collectors: Collector, budget_s: float = 2.0, settled: Callable[[Facts], bool] | None = None) -> Finished:
    ask = settled or (lambda _facts: False)
    return asyncio.run(run(NO_HOST, collectors, Plan(), Answers(), budget_s=budget_s, settled=ask))


def outcome(finished: Finished, section: type) -> Outcome:
    found = finished.facts.section(section)
    assert found is not None
    return found.outcome


def test_starts_when_its_needs_are_there_not_in_waves() -> None:
    finished = go(makes(System, 0.3), makes(Gateway, 0.05), makes(Dns, needs=(Gateway,)))
    dns, slow = finished.facts.section(Dns), finished.facts.section(System)
    assert dns is not None
    assert slow is not None
    assert dns.started < slow.started + slow.seconds


def test_a_collector_sees_its_needs_and_nothing_else() -> None:
    seen: list[bool] = []

    async def collect(_host: Host, facts: Facts) -> object:
        seen.extend(facts.measured(s) for s in (Plan, Gateway, System))
        return Dns()

    go(makes(System), makes(Gateway), Collector(collect, Dns, needs=(Gateway,)))
    assert seen == [True, True, False]


def test_a_crash_stays_its_own_and_is_named() -> None:
    finished = go(fails(Gateway, ZeroDivisionError("x")), makes(Dns, needs=(Gateway,)), makes(Web, after=(Gateway,)))
    assert outcome(finished, Gateway) is Outcome.CRASHED
    crashed = finished.facts.section(Gateway)
    assert crashed is not None
    assert crashed.reason == "ZeroDivisionError: x"
    assert outcome(finished, Dns) is Outcome.SKIPPED
    assert outcome(finished, Web) is Outcome.MEASURED, "after: finished is enough"


def test_a_skip_goes_on_down_the_chain() -> None:
    finished = go(fails(Gateway, CannotMeasure(Outcome.DENIED, "no rights")), makes(Dns, needs=(Gateway,)),
                  makes(Clock, needs=(Dns,)), makes(Dial, after=(Clock,)))  # fmt: skip
    assert outcome(finished, Gateway) is Outcome.DENIED
    assert outcome(finished, Clock) is Outcome.SKIPPED
    assert outcome(finished, Dial) is Outcome.MEASURED


def test_making_something_else_is_a_crash() -> None:
    async def collect(_host: Host, _facts: Facts) -> object:
        return Dns()

    assert outcome(go(Collector(collect, Gateway)), Gateway) is Outcome.CRASHED


def test_one_deadline_for_all_and_one_for_each() -> None:
    finished = go(makes(Gateway, 30), makes(Dns, 30, seconds=0.05), makes(Web, needs=(Gateway,)), budget_s=0.3)
    for section in (Gateway, Dns):
        assert outcome(finished, section) is Outcome.TIMED_OUT
    assert outcome(finished, Web) in (Outcome.TIMED_OUT, Outcome.SKIPPED), "its need never came"
    assert finished.seconds < 5


def test_a_collector_that_swallows_its_cancellation_cannot_hold_the_run() -> None:
    async def stubborn(_host: Host, _facts: Facts) -> object:
        until = time.monotonic() + 4.0
        while time.monotonic() < until:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue
        return Dns()

    finished = go(Collector(stubborn, Dns), makes(Web), settled=lambda facts: facts.measured(Web))
    assert finished.settled
    assert finished.seconds < 3.0


def test_settled_ends_the_run_and_says_so() -> None:
    finished = go(makes(Gateway), makes(Reach, 30), settled=lambda facts: facts.measured(Gateway))
    assert finished.settled
    assert outcome(finished, Reach) is Outcome.SKIPPED
    assert finished.facts.pending == frozenset()


def test_pending_is_what_may_still_come() -> None:
    pending: list[frozenset[type]] = []

    def settled(facts: Facts) -> bool:
        pending.append(facts.pending)
        return False

    go(makes(Gateway), makes(Dns, needs=(Gateway,)), settled=settled)
    assert pending[0] == {Gateway, Dns}
    assert pending[-1] == frozenset()


@pytest.mark.parametrize(
    ("collectors", "words"),
    [
        ((makes(Dns, needs=(Gateway,)),), "nobody makes"),
        ((makes(Dns), makes(Dns)), "the same section"),
        ((makes(Dns, needs=(Load,)), makes(Load, after=(Dns,))), "wait for each other"),
    ],
)
def test_a_wrong_set_of_collectors_is_refused(collectors: tuple[Collector, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check(collectors)


def test_the_real_set_is_sound() -> None:
    from collectors import ALL

    check(ALL)


def test_what_is_kept_is_not_measured_and_serves_as_a_need() -> None:
    old = Section(Outcome.MEASURED, -12.0, 0.5, Gateway(), None)

    async def whole() -> Finished:
        collectors = (fails(Gateway, AssertionError("measured all the same")), makes(Dns, needs=(Gateway,)))
        return await run(NO_HOST, collectors, Plan(), Answers(), budget_s=2.0, settled=lambda _f: False,
                         kept={Gateway: old})  # fmt: skip

    finished = asyncio.run(whole())
    assert finished.facts.section(Gateway) == old
    assert outcome(finished, Dns) is Outcome.MEASURED


def test_what_is_under_way_is_pending_and_waits_for_nothing() -> None:
    collectors = (makes(System), makes(Gateway, 0.05), makes(Dns, needs=(Gateway,)), makes(Web, after=(Dns,)))
    seen: list[tuple[type, ...]] = []

    def settled(facts: Facts) -> bool:
        seen.append(under_way(collectors, facts))
        return False

    go(*collectors, settled=settled)
    assert seen == [(System, Gateway), (Gateway,), (Dns,), (Web,), ()]
