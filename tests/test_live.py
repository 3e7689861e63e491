"""Events while somebody watches: they arrive in order, carry nothing that was measured, and never hold a run up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from cpe_agent.collector import Outcome, Section
from cpe_agent.deliver import live as module
from cpe_agent.deliver.live import Live, Wish
from cpe_agent.facts import Clock as ClockSection
from cpe_agent.facts import System
from cpe_agent.profile import Desk
from cpe_agent.report import uuid7
from tests import desk_stand_in

CASE = "4F7K2Q9X"
SEEN = Section(Outcome.MEASURED, 0.1, 0.2, System(os_name="a secret of the customer's"))


pytestmark = pytest.mark.usefixtures("no_system_proxies")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCHED_S", 0.02)
    monkeypatch.setattr(module, "UNWATCHED_S", 0.04)
    monkeypatch.setattr(module, "WISHES_S", 0.02)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


def test_events_arrive_in_order_and_hold_nothing_that_was_measured(desk: desk_stand_in.Desk) -> None:
    run = uuid7()

    async def work() -> bool:
        desk.watched = True
        async with Live(Desk((desk.url,), enrolment="a-ticket"), run, CASE) as live:
            await until(lambda: desk.events.get(run))
            live.saw(System, SEEN)
            live.saw(ClockSection, Section(Outcome.DENIED, 0.1, 0.2))
            live.segments({"device": "ok"})
            live.ended("fault", "no-carrier", "home")
            await until(lambda: len(desk.events[run]) == 5)
            return live.watched

    assert asyncio.run(work())
    assert [e["n"] for e in desk.events[run]] == [1, 2, 3, 4, 5]
    assert [e["kind"] for e in desk.events[run]] == ["started", "section", "section", "segments", "ended"]
    assert desk.events[run][1] == {**desk.events[run][1], "section": "system", "outcome": "measured"}
    posts = [r for r in desk.requests if r.method == "POST"]
    assert all(json.loads(r.body)["case"] == CASE for r in posts)
    assert b"secret" not in b"".join(r.body for r in posts)
    assert all(r.headers["authorization"] == "Bearer a-ticket" for r in posts)


def test_wishes_are_read_only_while_watched_and_only_known_ones(desk: desk_stand_in.Desk) -> None:
    run = uuid7()
    wishes: list[Wish] = []
    asked = (("r1", "check-again"), ("r2", "format-the-disk"), ("../r3", "deep-test"), ("r1", "deep-test"))
    desk.wishes[run] = [{"id": name, "wish": wish} for name, wish in (*asked, ("r4", "deep-test"))]
    desk.wishes[run].append({"wish": "deep-test"})

    async def work() -> None:
        async with Live(Desk((desk.url,)), run, CASE, wishes.append) as live:
            live.saw(System, SEEN)
            await until(lambda: len(desk.events.get(run, ())) == 2)
            assert not any(r.method == "GET" for r in desk.requests)
            desk.watched = True
            live.saw(System, SEEN)
            await until(lambda: len(wishes) == 2)
            live.answered(wishes[0], yes=False)
            await until(lambda: desk.events[run][-1]["kind"] == "wish")

    asyncio.run(work())
    assert wishes == [Wish("r1", "check-again"), Wish("r4", "deep-test")]
    assert desk.events[run][-1] == {**desk.events[run][-1], "wish": "r1", "answer": "no"}


@pytest.mark.parametrize("mood", ["die", "stall", "garbage", "endless", "broken", "busy", "no-json", "elsewhere"])
def test_a_desk_that_is_not_well_is_no_matter(desk: desk_stand_in.Desk, mood: str) -> None:
    desk.moods.extend([mood] * 100)

    async def work() -> bool:
        async with Live(Desk((desk.url,)), uuid7(), CASE, lambda _: None) as live:
            for _ in range(200):
                live.saw(System, SEEN)
            await until(lambda: desk.requests)
            return live.watched

    assert not asyncio.run(work())


def test_what_is_dropped_leaves_a_gap(desk: desk_stand_in.Desk) -> None:
    run = uuid7()

    async def work() -> None:
        desk.moods.append("die")
        async with Live(Desk((desk.url,)), run, CASE) as live:
            await until(lambda: desk.requests)
            for _ in range(module.MOST_WAITING + 10):
                live.saw(System, SEEN)
            await until(lambda: desk.events.get(run))

    asyncio.run(work())
    numbers = [e["n"] for e in desk.events[run]]
    assert numbers[0] > 2
    assert numbers[-1] == module.MOST_WAITING + 11
    assert len(numbers) == module.MOST_WAITING
    assert all(len(r.body) < 16_384 for r in desk.requests)


def test_a_case_that_nobody_opened_ends_it(desk: desk_stand_in.Desk) -> None:
    async def work() -> None:
        live = Live(Desk((desk.url,)), "no-such-run", CASE)
        async with live:
            await until(lambda: live._over)
            live.saw(System, SEEN)
            await asyncio.sleep(0.2)

    asyncio.run(work())
    assert len(desk.requests) == 1


def test_the_end_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk hangs and would for an hour; so does a callback that breaks."""
    with desk_stand_in.Desk() as desk:
        desk.moods.extend(["stall"] * 5)

        async def work() -> str:
            async with Live(Desk((desk.url,)), uuid7(), CASE):
                await until(lambda: desk.requests)
            return "over"

        assert asyncio.run(work()) == "over"

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(module, "ask", broken)

    async def run() -> str:
        async with Live(Desk(("http://127.0.0.1:9",)), uuid7(), CASE):
            await asyncio.sleep(0.05)
        return "the run stands"

    assert asyncio.run(run()) == "the run stands"
