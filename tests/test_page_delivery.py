"""The page's way to the desk: nothing without a yes, nothing lost, and what became of it is always shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cpe_agent.deliver import live as live_module
from cpe_agent.deliver.outbox import Outbox
from cpe_agent.page import delivery
from cpe_agent.page.delivery import ToDesk
from cpe_agent.profile import Desk
from cpe_agent.report import Report, to_json
from tests import desk_stand_in
from tests.test_live import CASE, until
from tests.test_report import report_of

pytestmark = pytest.mark.usefixtures("no_system_proxies")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WATCHED_S", "UNWATCHED_S", "WISHES_S"):
        monkeypatch.setattr(live_module, name, 0.02)
    monkeypatch.setattr(delivery, "_LEAST_PAUSE_S", 0.02)
    monkeypatch.setattr(delivery, "_LONGEST_PAUSE_S", 0.05)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def visit(
    desk: desk_stand_in.Desk | str, tmp_path: Path, work: Callable[[ToDesk], Awaitable[None]], case: str | None = None
) -> list[str]:
    """One visit; the states of sending that were shown."""
    states: list[str] = []

    async def whole() -> None:
        url = desk if isinstance(desk, str) else desk.url
        way = ToDesk(Desk((url,)), Outbox(tmp_path / "outbox"), case, tmp_path / "isp.toml")
        way.changed = lambda: states.append(way.sending.state)
        way.open()
        try:
            await work(way)
        finally:
            await way.close()

    asyncio.run(whole())
    return states


async def sent_until(way: ToDesk, report: Report, state: str) -> None:
    """The customer's yes to a report, and what became of it."""
    way.offer(report)
    way.send()
    await until(lambda: way.sending.state == state)


def test_nothing_goes_before_the_yes(desk: desk_stand_in.Desk, tmp_path: Path) -> None:
    report = report_of("no-carrier")

    async def work(way: ToDesk) -> None:
        way.offer(report)
        await asyncio.sleep(0.2)
        assert way.sending.state == "offered"
        assert not desk.requests
        assert not (tmp_path / "outbox").exists(), "not even on this computer"
        way.send()
        await until(lambda: way.sending.state == "sent")
        assert way.sending.locator
        assert way.sending.since

    assert visit(desk, tmp_path, work)[-2:] == ["sending", "sent"]
    assert desk.bodies == {report.id: to_json(report)}


def test_a_no_is_a_no_and_may_be_taken_back(desk: desk_stand_in.Desk, tmp_path: Path) -> None:
    async def work(way: ToDesk) -> None:
        way.offer(report_of("no-carrier"))
        way.keep_back()
        newer = report_of()
        way.offer(newer)
        await asyncio.sleep(0.2)
        assert (way.sending.state, desk.requests) == ("held", [])
        way.send()
        await until(lambda: way.sending.state == "sent")
        assert set(desk.bodies) == {newer.id}

    visit(desk, tmp_path, work)


def test_a_dead_line_keeps_it_and_it_goes_when_the_line_is_back(tmp_path: Path) -> None:
    dead, well = report_of("no-carrier"), report_of()
    gone = desk_stand_in.Desk().start()
    gone.stop()

    async def work(way: ToDesk) -> None:
        await sent_until(way, dead, "kept")
        assert way.sending.next_try
        assert way.sending.reason
        with desk_stand_in.Desk(port=gone.port) as back:
            way.offer(well)  # measured again, and the line works: what waited goes too, before its next try is due
            await until(lambda: len(back.rows) == 2)
            await until(lambda: way.sending.state == "sent")
            (late,) = (r for r in back.requests if r.headers.get("idempotency-key") == dead.id)
            assert "tries=1" in late.headers["cpe-agent-kept"]

    visit(gone.url, tmp_path, work)


def test_what_is_kept_stays_when_the_page_ends(tmp_path: Path) -> None:
    report = report_of("no-carrier")

    async def work(way: ToDesk) -> None:
        await sent_until(way, report, "kept")

    visit("http://127.0.0.1:9", tmp_path, work)
    assert Outbox(tmp_path / "outbox").read(report.id) == to_json(report)


def test_a_yes_taken_back_leaves_nothing(tmp_path: Path) -> None:
    async def work(way: ToDesk) -> None:
        await sent_until(way, report_of("no-carrier"), "kept")
        way.keep_back()
        assert way.sending.state == "held"

    visit("http://127.0.0.1:9", tmp_path, work)
    assert not Outbox(tmp_path / "outbox").all()


@pytest.mark.parametrize(("by", "reason"), [("disk", "cannot-keep."), ("desk", "422")])
def test_what_is_refused_is_said(desk: desk_stand_in.Desk, tmp_path: Path, by: str, reason: str) -> None:
    if by == "disk":
        (tmp_path / "outbox").write_text("a file stands where the folder should be")
    else:
        desk.moods.append("refuse")

    async def work(way: ToDesk) -> None:
        await sent_until(way, report_of("no-carrier"), "refused")
        assert str(way.sending.reason).startswith(reason)

    visit(desk, tmp_path, work)


@pytest.mark.parametrize("typed", [False, True], ids=["known-at-first", "typed-later"])
def test_a_representative_watches_and_asks(desk: desk_stand_in.Desk, tmp_path: Path, typed: bool) -> None:
    desk.watched = True

    async def work(way: ToDesk) -> None:
        if typed:
            assert not way.watched
            way.belongs_to(CASE)
        desk.wishes[way.run_id] = [{"id": "r1", "wish": "check-again"}, {"id": "r2", "wish": "deep-test"}]
        way.saw({"device": "ok"})
        await until(lambda: way.watched and way.wish == "check-again")
        shown = []
        for allowed in (True, False):
            way.answer_wish(allowed=allowed)
            shown.append(way.wish)
        assert shown == ["deep-test", None]
        way.offer(report_of("no-carrier"))
        await until(lambda: "ended" in {event["kind"] for event in desk.events[way.run_id]})
        answers = [(e["wish"], e["answer"]) for e in desk.events[way.run_id] if e["kind"] == "wish"]
        assert answers == [("r1", "yes"), ("r2", "no")]
        desk.watched = False
        await until(lambda: not way.watched)
        assert "sections" not in json.dumps(desk.events), "no report among the events"

    visit(desk, tmp_path, work, None if typed else CASE)


def test_another_case_is_another_representative_s(desk: desk_stand_in.Desk, tmp_path: Path) -> None:
    desk.watched = True

    async def work(way: ToDesk) -> None:
        desk.wishes[way.run_id] = [{"id": "r1", "wish": "check-again"}]
        await until(lambda: way.wish == "check-again")
        way.belongs_to("W7PGE6YH")
        assert way.wish is None, "what the first one asked for is not the second one's"
        await until(lambda: len(desk.events) == 2)  # under a run of its own: to the desk a run is of one case

    visit(desk, tmp_path, work, CASE)


def test_the_login_task_is_the_customer_s(desk: desk_stand_in.Desk, tmp_path: Path) -> None:
    async def work(way: ToDesk) -> None:
        assert way.sending.task == "off"
        way.task(wanted=True)
        assert way.sending.task == "on"
        assert list((tmp_path / "config" / "autostart").iterdir())
        way.task(wanted=False)
        assert way.sending.task == "off"

    visit(desk, tmp_path, work)
