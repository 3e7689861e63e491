"""What happens behind the page, on recorded homes: the states that are shown, and what buttons do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.case_code import with_check
from cpe_agent.facts import Answers
from cpe_agent.host import Host, KeptRun
from cpe_agent.host.replay import replay_host
from cpe_agent.layout import SEGMENTS
from cpe_agent.page.board import Board
from cpe_agent.page.document import document, main
from cpe_agent.page.session import Session
from cpe_agent.page.state import ACTIONS, PageState, Sending
from cpe_agent.report import Report, uuid7
from tests.recordings.places import lab_file
from tests.test_replay import plan_of

START = PageState("en", "measuring", dict.fromkeys(SEGMENTS, "unknown"))


class Seen(Board):
    """A board that remembers everything that was ever on it."""

    def __init__(self) -> None:
        super().__init__(START)
        self.all: list[PageState] = [START]

    def show(self, state: PageState) -> None:
        super().show(state)
        if state != self.all[-1]:
            self.all.append(state)

    def phases(self) -> list[str]:
        found = [state.phase for state in self.all]
        return [phase for i, phase in enumerate(found) if not i or phase != found[i - 1]]


class Changing:
    """A host that answers from one recording, then from another."""

    def __init__(self, name: str) -> None:
        self.name = name

    def host(self) -> Host:
        return Host(_Turn(self, "local"), _Turn(self, "net"))


class _Turn:
    def __init__(self, of: Changing, half: str) -> None:
        self._of, self._half = of, half
        self._made: dict[str, Host] = {}

    def __getattr__(self, name: str) -> Any:
        recording = self._of.name
        if recording not in self._made:
            self._made[recording] = replay_host(lab_file(recording).read_bytes())
        return getattr(getattr(self._made[recording], self._half), name)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[KeptRun]:
    """Nothing of this computer's own history is touched."""
    runs: list[KeptRun] = []
    monkeypatch.setattr("cpe_agent.keeping.keep_run", runs.append)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return runs


Test = Callable[[Session, Seen, Changing], Awaitable[None]]


def on(name: str, test: Test, **more: Any) -> Seen:
    async def whole() -> None:
        recording = Changing(name)
        session = Session(recording.host(), plan_of(name), Answers(), board, asyncio.Event(), **more)
        running = asyncio.create_task(session.run())
        await settled(session, board)
        try:
            await test(session, board, recording)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    board = Seen()
    asyncio.run(whole())
    return board


async def settled(session: Session, board: Seen) -> Report:
    """The report that stands when nothing more is wanted."""
    while session.finished_at is None or session._wanted is not None:
        await board.after(board.number) if session.finished_at is None else await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert board.state.report is not None
    return board.state.report


async def nothing(*_: object) -> None:
    return None


def test_while_it_runs_only_what_works_is_said_then_the_verdict(kept: list[KeptRun]) -> None:
    board = on("line-down", nothing)
    assert board.phases() == ["measuring", "done"]
    running = [state for state in board.all if state.phase == "measuring"]
    assert {s for state in running for s in state.segments.values()} <= {"ok", "unknown"}
    assert any(state.trying for state in running)
    assert all(not set(state.trying) & set(state.measured) for state in running)
    lit = [sum(s == "ok" for s in state.segments.values()) for state in running]
    assert lit[-1] > lit[0]
    report = board.state.report
    assert report is not None
    assert report.diagnosis.verdict == "fault"
    assert board.state.segments == report.diagnosis.segments
    assert board.state.trying == ()
    assert [(run.verdict, run.fault) for run in kept] == [("fault", report.diagnosis.fault)]
    for state in board.all:
        assert main(state, live=True)
        assert document(state, live=False, nonce="")


def test_checked_again_after_a_restart_it_says_what_came_of_it() -> None:
    async def repaired(session: Session, board: Seen, recording: Changing) -> None:
        before = board.state.report
        recording.name = "healthy"
        assert session.act({"do": "again", "step": "router-restarted"})
        report = await settled(session, board)
        assert report is not before
        assert report.diagnosis.verdict == "healthy"
        assert board.state.earlier == (before,)
        assert board.state.step == "router-restarted"
        told = {step.step: step for step in report.steps}
        assert told["router-restarted"].outcome in ("gone", "cured")
        assert told["router-restarted"].held_s is not None

    board = on("line-down", repaired)
    assert board.phases() == ["measuring", "done", "again", "done"]
    again = [state for state in board.all if state.phase == "again"]
    assert all(state.report is not None for state in again), "the report before stays on the page"


def test_a_step_that_nothing_shows_is_said_by_the_customer_and_stays_in_the_story() -> None:
    async def pushed(session: Session, board: Seen, recording: Changing) -> None:
        session.act({"do": "again", "step": "cable-pushed-in"})
        first = await settled(session, board)
        (step,) = [s for s in first.steps if s.step == "cable-pushed-in"]
        assert (step.source, step.outcome) == ("stated", "stayed")
        recording.name = "healthy"
        session.act({"do": "again"})
        second = await settled(session, board)
        (step,) = [s for s in second.steps if s.step == "cable-pushed-in"]
        assert step.source == "stated"

    on("cable-out", pushed)


def test_only_what_can_have_changed_is_measured_again() -> None:
    async def again(session: Session, board: Seen, recording: Changing) -> None:
        session.act({"do": "again", "step": "dns-automatic"})
        report = await settled(session, board)
        old = {name for name, section in report.sections.items() if section.started < 0}
        assert "loss" in old
        assert not old & {"dns", "web", "gateway", "interfaces", "addressing", "router", "past"}
        assert report.diagnosis.verdict == "fault"

    on("resolver-dead", again)


def test_kept_sections_that_no_longer_fit_are_measured_after_all() -> None:
    async def unplugged(session: Session, board: Seen, recording: Changing) -> None:
        recording.name = "cable-out"
        session.act({"do": "again", "step": "dns-automatic"})
        report = await settled(session, board)
        assert report.diagnosis.fault == "lan-cable-unplugged"
        assert not [name for name, section in report.sections.items() if section.started < 0]

    on("resolver-dead", unplugged)


def test_an_answer_is_judged_at_once(kept: list[KeptRun]) -> None:
    async def said(session: Session, board: Seen, recording: Changing) -> None:
        before = board.state.report
        assert before is not None
        assert session.act({"do": "answer", "question": "second-device", "value": "fails"})
        report = await settled(session, board)
        assert report.id != before.id
        assert report.started == before.started
        assert report.sections["answers"].content == {"given": {"second-device": "fails"}}
        assert board.state.answers == {"second-device": "fails"}
        assert board.state.earlier == ()

    board = on("line-down", said)
    assert board.phases() == ["measuring", "done"], "nothing was measured again"
    assert len(kept) == 1, "and it is no run of its own"


def test_an_answer_that_is_changed_takes_with_it_what_it_told() -> None:
    """Judged at once, from what was measured; what only the answer before had told was not done."""

    async def changed(session: Session, board: Seen, recording: Changing) -> None:
        told = []
        for value in ("fails", "unknown", "works", "unknown"):
            assert session.act({"do": "answer", "question": "cable-swap", "value": value})
            report = await settled(session, board)
            assert report.sections["answers"].content == {"given": {"cable-swap": value}}
            told.append([step.step for step in report.steps])
        assert told == [["lan-cable-swapped"], [], ["lan-cable-swapped"], []]

    assert on("line-down", changed).phases() == ["measuring", "done"]


def test_two_presses_are_one_wish_and_what_is_asked_meanwhile_comes_after() -> None:
    async def pressed(session: Session, board: Seen, recording: Changing) -> None:
        for _ in range(3):
            session.act({"do": "again", "step": "waited"})
        while board.state.phase != "again":
            await board.after(board.number)
        session.act({"do": "again", "step": "waited"})
        session.act({"do": "answer", "question": "phones", "value": "fail"})
        report = await settled(session, board)
        assert report.sections["answers"].content == {"given": {"phones": "fail"}}

    assert on("line-down", pressed).phases() == ["measuring", "done", "again", "done"]


def test_what_no_button_says_is_refused() -> None:
    async def refused(session: Session, board: Seen, recording: Changing) -> None:
        state = board.state
        for fields in (
            {},
            {"do": ""},
            {"do": "fly"},
            {"do": "answer"},
            {"do": "answer", "question": "mood", "value": "bad"},
            {"do": "answer", "question": "phones", "value": "<script>"},
            {"do": "language", "lang": "xx"},
            {"do": "language", "lang": "../he"},
            {"do": "again", "step": "<b>"},
            {"do": "again", "step": "a" * 99},
            {"do": "wish", "value": "yes"},
            {"do": "task", "value": "yes"},
            {"do": "send"},
            {"do": "keep-back"},
        ):
            assert not session.act(fields), fields
        assert board.state == state

    on("cable-out", refused)


def test_language_save_and_stop() -> None:
    async def pressed(session: Session, board: Seen, recording: Changing) -> None:
        assert session.act({"do": "language", "lang": "he"})
        assert board.state.language == "he"
        assert session.act({"do": "save"})
        saved = board.state.saved
        assert saved is not None
        assert saved.parent == Path.home()
        name = saved.name
        assert saved.read_bytes().startswith(b'{"case":')
        (Path.home() / "Downloads").mkdir()
        session.act({"do": "save"})
        assert (Path.home() / "Downloads" / name).exists()
        (Path.home() / ".config").mkdir()
        (Path.home() / ".config" / "user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/הורדות"\n', "utf-8")
        (Path.home() / "הורדות").mkdir()
        session.act({"do": "save"})
        assert (Path.home() / "הורדות" / name).exists()
        assert not session.stopping.is_set()
        assert session.act({"do": "stop"})
        assert session.stopping.is_set()

    on("cable-out", pressed)


def test_a_place_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pressed(session: Session, board: Seen, recording: Changing) -> None:
        monkeypatch.setenv("HOME", "/proc/nowhere")
        assert session.act({"do": "save"})
        assert (board.state.trouble, board.state.saved) == ("not-saved", None)

    on("cable-out", pressed)


def test_a_defect_while_measuring_leaves_the_report_before() -> None:
    async def breaks(session: Session, board: Seen, recording: Changing) -> None:
        before = board.state.report
        monkey = pytest.MonkeyPatch()
        monkey.setattr("cpe_agent.engine.judge", lambda *_: 1 / 0)
        session.act({"do": "again"})
        await settled(session, board)
        monkey.undo()
        assert (board.state.phase, board.state.trouble) == ("done", "not-measured")
        assert board.state.report is before
        session.act({"do": "again"})
        await settled(session, board)
        assert board.state.trouble is None
        assert board.state.report is not before

    on("cable-out", breaks)


OTHER_CASE = with_check("8FKX12H")


class Courier:
    """A deliverer that only writes down what it was told."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.sending = Sending("offered", "desk.example")
        self.watched, self.wish = False, None
        self.told: list[object] = []
        self.run_id = uuid7()

    def open(self) -> None: ...

    def belongs_to(self, case: str) -> None:
        self.told.append(("case", case))

    def saw(self, segments: dict[str, str]) -> None:
        assert set(segments.values()) <= {"ok", "unknown"}

    def offer(self, report: Report) -> None:
        self.told.append(report.id)

    def send(self) -> None:
        self.sending = Sending("sending", "desk.example")
        self.changed()

    def keep_back(self) -> None:
        self.told.append("kept back")

    def task(self, *, wanted: bool) -> None:
        self.told.append(wanted)

    def answer_wish(self, *, allowed: bool) -> None:
        self.told.append(("wish", allowed))
        self.wish = None
        self.changed()

    async def close(self) -> None: ...


def test_sending_is_somebody_else_s_work_and_shown() -> None:
    courier = Courier()

    async def sends(session: Session, board: Seen, recording: Changing) -> None:
        report = board.state.report
        assert report is not None
        assert courier.told == [report.id]
        assert board.state.sending.state == "offered"
        session.act({"do": "send"})
        assert board.state.sending.state == "sending"
        session.act({"do": "keep-back"})
        session.act({"do": "task", "value": "no"})
        courier.watched, courier.wish = True, "deep-test"  # type: ignore[assignment]
        courier.changed()
        assert (board.state.watched, board.state.wish) == (True, "deep-test")
        session.act({"do": "wish", "value": "yes"})
        deep = await settled(session, board)
        assert deep.sections["plan"].content["deep"] is True
        assert courier.told[1:4] == ["kept back", False, ("wish", True)]
        assert courier.told[-1] == deep.id
        assert board.state.wish is None

    on("cable-out", sends, deliverer=courier)


def test_the_code_of_the_case_may_be_typed() -> None:
    courier = Courier()

    async def types(session: Session, board: Seen, recording: Changing) -> None:
        before = board.state.report
        assert before is not None
        assert session.act({"do": "case", "code": "4F7K2Q9Y"})
        assert (board.state.case, board.state.case_unread) == (None, True)
        assert session.act({"do": "case", "code": " 4f7k-2q9x "})
        assert (board.state.case, board.state.case_unread) == ("4F7K2Q9X", False)
        report = await settled(session, board)
        assert (report.case, report.started) == ("4F7K2Q9X", before.started), "nothing is measured anew for it"
        assert board.state.earlier == ()
        assert courier.told == [before.id, ("case", "4F7K2Q9X"), report.id]
        session.act({"do": "case", "code": "4F7K2Q9X"})
        assert await settled(session, board) is report, "nothing new was said"
        session.act({"do": "again"})
        assert (await settled(session, board)).case == "4F7K2Q9X"
        session.act({"do": "case", "code": OTHER_CASE})
        assert (await settled(session, board)).case == OTHER_CASE, "another call"

    on("cable-out", types, deliverer=courier)


def test_every_action_of_the_contract_has_its_button() -> None:
    async def known(session: Session, board: Seen, recording: Changing) -> None:
        whole = {"question": "phones", "value": "work", "lang": "en", "code": "4F7K2Q9X"}
        session._deliverer = Courier()
        board.show(board.state._replace(wish="check-again"))
        for action in ACTIONS:
            value = "yes" if action in ("wish", "task") else whole["value"]
            assert session.act({**whole, "value": value, "do": action}), action

    on("cable-out", known)
