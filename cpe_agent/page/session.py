"""What happens behind the page: one check at once, another when something was done or answered, and every state of it
on the board."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cpe_agent.host.thread import in_thread
from cpe_agent.page.board import Board
from cpe_agent.page.state import Sending

if TYPE_CHECKING:
    from cpe_agent.collector import Facts, Section
    from cpe_agent.diagnose.judgement import Judgement
    from cpe_agent.facts import Answers, PastRun, Plan
    from cpe_agent.host import Host
    from cpe_agent.report import Report
    from cpe_agent.steps import Stated

MOST_EARLIER = 12
MOST_STATED = 12
MOST_TYPED = 40  # characters, of a code of eight with all that people put between
_DISK_S = 3.0
DEEPER = "longer"
"""The step that asks for the longer measuring."""


class Deliverer(Protocol):
    """Takes reports to the desk. ``changed`` is set by the session and called, on the event loop, whenever one of the
    properties has changed."""

    changed: Callable[[], None]

    @property
    def run_id(self) -> str:
        """The id that the visit's first report is to have."""
        ...

    @property
    def sending(self) -> Sending: ...
    @property
    def watched(self) -> bool: ...
    @property
    def wish(self) -> str | None:
        """What the representative asks for (check-again | deep-test) and nobody has answered yet."""
        ...

    def open(self) -> None: ...
    def belongs_to(self, case: str) -> None:
        """The code of the case came later, or is another one now."""
        ...

    def saw(self, segments: dict[str, str]) -> None:
        """What is judged so far, for who watches."""
        ...

    def offer(self, report: Report) -> None:
        """The newest report; nothing leaves this computer before ``send``."""
        ...

    def send(self) -> None:
        """The customer's yes, for this visit."""
        ...

    def keep_back(self) -> None: ...
    def task(self, *, wanted: bool) -> None: ...
    def answer_wish(self, *, allowed: bool) -> None: ...
    async def close(self) -> None: ...


class Check(NamedTuple):
    """One more check that is wanted. ``answers`` alone: nothing was done, something was said."""

    step: str | None = None
    deep: bool = False
    answers: bool = False


class Session:
    """``stopping`` is set when the page asks for the end. Runs are left for the next ones, as the command line does."""

    def __init__(
        self,
        host: Host,
        plan: Plan,
        answers: Answers,
        board: Board,
        stopping: asyncio.Event,
        *,
        case: str | None = None,
        deliverer: Deliverer | None = None,
    ) -> None:
        self._host, self._plan, self._case, self._board = host, plan, case, board
        self._deliverer = deliverer
        self._stated: list[Stated] = []
        self._facts: Facts | None = None  # of the last check, as measured; they never leave this process
        self._wanted: Check | None = None
        self._doing: Check | None = None
        self._asked = asyncio.Event()
        self.stopping = stopping
        self.judged = asyncio.Event()  # there is a verdict, or there will be none
        self.finished_at: float | None = None  # time.monotonic of the last verdict; None while measuring
        self._show(answers=dict(answers.given), case=case)
        if deliverer is not None:
            deliverer.changed = self._delivered
            self._delivered()

    # ------------------------------------------------------------------ what buttons ask for

    def act(self, fields: dict[str, str]) -> bool:
        """Do what a form asks for. False: it asks for nothing that there is."""
        action = {
            "again": self._again,
            "answer": self._answer,
            "language": self._language,
            "case": self._belongs,
            "send": self._send,
            "keep-back": self._keep_back,
            "save": self._save,
            "wish": self._wish,
            "task": self._task,
            "stop": self._stop,
        }.get(fields.get("do", ""))
        return action is not None and action(fields)

    def _again(self, fields: dict[str, str]) -> bool:
        from cpe_agent.again import STEPS
        from cpe_agent.steps import Stated

        step = fields.get("step") or None
        if step in STEPS:
            self._stated = [*self._stated, Stated(step, time.time())][-MOST_STATED:]
        elif step is not None and not _is_word(step):
            return False
        self._want(Check(step, deep=step == DEEPER))
        return True

    def _answer(self, fields: dict[str, str]) -> bool:
        from cpe_agent.answers import BadAnswer, parse

        try:
            given = parse((f"{fields.get('question', '')}={fields.get('value', '')}",))
        except BadAnswer:
            return False
        self._show(answers={**self._board.state.answers, **given})
        self._want(Check(answers=True))
        return True

    def _language(self, fields: dict[str, str]) -> bool:
        from cpe_agent.words import LANGUAGES

        language = fields.get("lang", "")
        if language in LANGUAGES:
            self._show(language=language)
        return language in LANGUAGES

    def _belongs(self, fields: dict[str, str]) -> bool:
        """Typed by the customer, or told by a second start of the program; another one than before is another call."""
        from cpe_agent.case_code import read_case_code

        code = read_case_code(fields.get("code", "")[:MOST_TYPED])
        if code is None:
            self._show(case_unread=True)
        elif code != self._case:
            self._case = code
            self._show(case=code, case_unread=False)
            if self._deliverer is not None:
                self._deliverer.belongs_to(code)
            self._want(Check(answers=True))
        return True

    def _send(self, _fields: dict[str, str]) -> bool:
        if self._deliverer is not None:
            self._deliverer.send()
        return self._deliverer is not None

    def _keep_back(self, _fields: dict[str, str]) -> bool:
        if self._deliverer is not None:
            self._deliverer.keep_back()
        return self._deliverer is not None

    def _task(self, fields: dict[str, str]) -> bool:
        if self._deliverer is None or fields.get("value") not in ("yes", "no"):
            return False
        self._deliverer.task(wanted=fields["value"] == "yes")
        return True

    def _wish(self, fields: dict[str, str]) -> bool:
        wish = self._board.state.wish
        if self._deliverer is None or wish is None or fields.get("value") not in ("yes", "no"):
            return False
        allowed = fields["value"] == "yes"
        self._deliverer.answer_wish(allowed=allowed)
        if allowed:
            self._want(Check(deep=wish == "deep-test"))
        return True

    def _save(self, _fields: dict[str, str]) -> bool:
        report = self._board.state.report
        if report is None:
            return False
        from cpe_agent.page.saved import save

        try:
            self._show(saved=save(report), trouble=None)
        except OSError:
            self._show(trouble="not-saved")
        return True

    def _stop(self, _fields: dict[str, str]) -> bool:
        self.stopping.set()
        return True

    # ------------------------------------------------------------------ what then happens

    async def run(self) -> None:
        """Check at once, then whenever one is wanted."""
        check: Check | None = Check()
        while True:
            if check is not None:
                self.finished_at, self._doing = None, check
                await self._check(check)
            self.finished_at, self._doing = time.monotonic(), None
            self.judged.set()
            await self._asked.wait()
            self._asked.clear()
            check, self._wanted = self._wanted, None

    def _want(self, check: Check) -> None:
        """What was asked for while a check runs comes after it; done and answered together is one more check. A button
        that was pressed twice is one wish."""
        if check == self._doing and not check.answers:
            return
        waiting = self._wanted
        if waiting is not None and not waiting.answers:
            check = waiting if check.answers else Check(check.step or waiting.step, check.deep or waiting.deep)
        self._wanted = check
        self._asked.set()

    async def _check(self, check: Check) -> None:
        before, facts = self._board.state.report, self._facts
        try:
            if before is None or facts is None:
                report = await self._run(check, {})
            elif check.answers:
                report = await self._judged_again(before, facts)
            else:
                report = await self._measured(check, before, facts)
        except Exception:  # a defect of ours: what was known stays on the page, and the page says so
            if os.environ.get("CPE_AGENT_DEBUG"):
                raise
            self._facts = facts
            self._show(phase="done", trouble="not-measured", trying=())
            return
        earlier = self._board.state.earlier
        if before is not None and not check.answers:
            earlier = (*earlier, before)[-MOST_EARLIER:]
        self._show(
            phase="done", report=report, earlier=earlier, segments=report.diagnosis.segments, trying=(), trouble=None
        )
        if self._deliverer is not None:
            self._deliverer.offer(report)

    async def _judged_again(self, before: Report, facts: Facts) -> Report:
        """An answer changes the verdict at once where nothing else could; otherwise what could is measured."""
        from cpe_agent.again import answered, kept_beside_answers
        from cpe_agent.engine import judged

        with_answers = answered(facts, self._board.state.answers)
        if with_answers is None:
            return await self._run(Check(answers=True), kept_beside_answers(facts, _age_s(before)))
        self._facts = with_answers
        return judged(before, with_answers, case=self._case)

    async def _measured(self, check: Check, before: Report, facts: Facts) -> Report:
        from cpe_agent.again import contradicted, kept

        if check.deep:
            return await self._run(check, {})
        sections = kept(facts, before, check.step, _age_s(before))
        report = await self._run(check, sections)
        return await self._run(check, {}) if contradicted(report, sections) else report

    async def _run(self, check: Check, kept: dict[type, Section]) -> Report:
        from cpe_agent.engine import diagnose
        from cpe_agent.facts import Answers

        state = self._board.state
        first = state.report is None
        self._show(
            phase="measuring" if first else "again",
            segments=dict.fromkeys(state.segments, "unknown"),
            step=check.step,
            trying=(),
            measured=(),
            trouble=None,
        )
        report = await diagnose(
            self._host,
            self._plan._replace(deep=self._plan.deep or check.deep),
            Answers(dict(state.answers)),
            case=self._case,
            so_far=self._so_far,
            kept=kept,
            report_id=self._deliverer.run_id if first and self._deliverer is not None else None,
            stated=tuple(self._stated),
            visit=self._visit(),
        )
        if self._plan.history:
            from cpe_agent.keeping import keep_report

            with contextlib.suppress(TimeoutError):  # a disk that hangs must not hold the answer
                await in_thread(keep_report, report, timeout_s=_DISK_S)
        return report

    def _so_far(self, judgement: Judgement, facts: Facts) -> None:
        """While it runs, only what is proven to work is said: what looks broken may still be explained."""
        self._facts = facts
        from collectors import ALL
        from cpe_agent.facts import section_name
        from cpe_agent.run import under_way

        segments = {s.value: state if state == "ok" else "unknown" for s, state in judgement.segments.items()}
        if self._deliverer is not None and segments != self._board.state.segments:
            self._deliverer.saw(segments)
        self._show(
            segments=segments,
            trying=tuple(section_name(s) for s in under_way(ALL, facts)),
            measured=tuple(section_name(s) for s in facts if facts.measured(s)),
        )

    def _visit(self) -> tuple[PastRun, ...]:
        from cpe_agent.facts import PastRun

        state = self._board.state
        reports = [r for r in (*state.earlier, state.report) if r is not None]
        found = [
            PastRun(_age_s(r), r.diagnosis.verdict, r.diagnosis.fault, r.diagnosis.owner, same_boot=True)
            for r in reports
        ]
        return tuple(reversed(found))

    def _delivered(self) -> None:
        d = self._deliverer
        if d is not None:
            self._show(sending=d.sending, watched=d.watched, wish=d.wish)

    def _show(self, **change: Any) -> None:
        self._board.show(self._board.state._replace(**change))


def _age_s(report: Report) -> float:
    from datetime import datetime

    return max(0.0, time.time() - datetime.fromisoformat(report.started).timestamp())


def _is_word(text: str) -> bool:
    return len(text) <= 64 and text.replace("-", "").isascii() and text.replace("-", "").isalnum()
