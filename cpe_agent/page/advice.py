"""What the person at the computer can do now: whose turn it is, at most three simple steps, at most three questions.

Steps are few on purpose: the likeliest first, none that was done already, and none whose only use is to be on a list.
What a person should not do himself is a telephone call.
"""

from __future__ import annotations

from typing import NamedTuple

from cpe_agent.answers import QUESTIONS
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.diagnose.fault import expressions
from cpe_agent.diagnose.predicate import Expr
from cpe_agent.facts import Answers
from cpe_agent.next_step import ANSWERED_BY, content
from cpe_agent.page.remedies import BY_FAULT, BY_TEST, CALL, FOR_A_REPRESENTATIVE, OWN, RESTART
from cpe_agent.page.state import PageState
from cpe_agent.questionnaire import UNKNOWN_ANSWER
from cpe_agent.report import Report

MOST_STEPS = 3
MOST_QUESTIONS = 3

TURNS = {
    # who acts, in a report -> whose turn it is, on the page
    "customer": "you",
    "isp": "provider",
    "infrastructure": "line",
    "billing": "billing",
    "site": "site",
    "nobody": "nobody",
}

QUESTION_OF = {**ANSWERED_BY, "ask-who-dials": "who-dials", "read-router-page": "router-page"}

BY_EFFORT = (
    # what a look answers first, what needs hands last
    "router-lamps", "line-lamp", "los-lamp", "modem-lamps", "devices-failing", "phones", "trouble", "who-dials",
    "what-fails", "browser-shows", "changed", "restarted", "connected-by", "joined", "neighbours", "provider-wrote",
    "wants-inbound", "browser", "second-device", "router-page", "cable-swap", "first-socket",
)  # fmt: skip

NOT_RECORDED = frozenset({CALL, "line-called", "router-left-on", "site-later"})
"""Steps that end in no check of this program."""

SINCE = "changed"
"""Since when, and what was new then. No measurement's rules read it; where a suspect's picture does, it tells the
representative what to think of first."""

_STAND_FOR = {"first-socket": "first-socket-tried", "cable-swap": "lan-cable-swapped", "browser": "browser-tried"}
"""A question whose answer, unless it is "I do not know", tells of a step done."""


class Advice(NamedTuple):
    """``turn``: a value of TURNS. ``steps`` and ``questions``: the first is the one that matters most. ``test``: the
    key of a deciding test whose own words are the step; ``test`` and ``steps`` never stand together."""

    turn: str
    steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    test: str | None = None


def advice(state: PageState) -> Advice:
    """For a state that has a report."""
    report = state.report
    assert report is not None
    d, done = report.diagnosis, done_before(state)
    if d.verdict == "healthy":
        return Advice("nobody")
    asked = questions(report, state.answers)
    if d.verdict == "fault" and d.fault is not None:
        return _fault(report, done)._replace(questions=asked)
    test = None if d.next_test is None else d.next_test.key
    wanted = QUESTION_OF.get(test or "")
    if wanted in asked:
        return Advice("you", (), asked)
    answered = wanted is not None and test not in BY_TEST  # and whatever he said, it does not decide
    if test is None or test in FOR_A_REPRESENTATIVE or answered:
        return Advice("provider", (CALL,), asked)
    if test not in BY_TEST:
        return Advice("you", (), asked, test)
    steps = _left(BY_TEST[test], done)
    return Advice("you", steps, asked) if steps else Advice("provider", (CALL,), asked)


def _fault(report: Report, done: frozenset[str]) -> Advice:
    d = report.diagnosis
    code, turn = str(d.fault), TURNS.get(d.acts or "", "provider")
    fault = BY_CODE.get(code)
    if turn == "you":
        return Advice(turn, _left(BY_FAULT.get(code, (OWN,)), done) or (CALL,))
    call = "line-called" if turn == "line" else CALL
    if RESTART in BY_FAULT.get(code, ()) and RESTART not in done:
        return Advice("you", (RESTART, call))
    if turn in ("site", "nobody"):
        return Advice(turn, BY_FAULT.get(code, (OWN,)))
    at_the_line = fault is not None and fault.owner in ("access", "account", "isp-core") and turn != "billing"
    return Advice(turn, (call, "router-left-on") if at_the_line else (call,))


def _left(steps: tuple[str, ...], done: frozenset[str]) -> tuple[str, ...]:
    return tuple(step for step in steps if step not in done)[:MOST_STEPS]


def done_before(state: PageState) -> frozenset[str]:
    """What nobody needs to ask for again: seen by a check, or said."""
    reports = [r for r in (*state.earlier, state.report) if r is not None]
    done = {step.step for report in reports for step in report.steps}
    if state.step is not None:
        done.add(state.step)
    given = content(reports[-1], "answers").get("given") if reports else None
    answers = {**(given if isinstance(given, dict) else {}), **state.answers}
    told = {question for question, answer in answers.items() if answer != UNKNOWN_ANSWER}
    return frozenset(done | {step for question, step in _STAND_FOR.items() if question in told})


def questions(report: Report, answers: dict[str, str]) -> tuple[str, ...]:
    """What to ask: the deciding test's own question, then those whose answer one suspect's rules read and another's
    read otherwise, last ``SINCE``. When a name stands already, only what clears the home's own wiring before anybody is
    sent."""
    d = report.diagnosis
    given = content(report, "answers").get("given")
    known = {**(given if isinstance(given, dict) else {}), **answers}
    if d.verdict != "inconclusive":
        named = BY_CODE.get(d.fault or "")
        wiring = named is not None and "nte-test" in named.before_action and d.verdict == "fault"
        return ("first-socket",) if wiring and "first-socket" not in known else ()
    suspects = [BY_CODE[code] for code in d.suspects if code in BY_CODE]
    first = [] if d.next_test is None else [QUESTION_OF.get(d.next_test.key, "")]
    read = [{name for e in expressions(fault, stated=False) for name in _asked_by(e)} for fault in suspects]
    apart = {name for names in read for name in names if not all(name in other for other in read)}
    wanted = [*first, *(name for name in BY_EFFORT if name in apart)]
    if any(SINCE in _asked_by(e) for fault in suspects for e in expressions(fault)):
        wanted.append(SINCE)
    return tuple(dict.fromkeys(q for q in wanted if q in QUESTIONS and q not in known))[:MOST_QUESTIONS]


def _asked_by(rule: Expr) -> list[str]:
    """The questions among what a rule reads: ``said.phones=fail`` and ``answer.phones`` both ask for ``phones``."""
    return [r.name.partition(".")[2].partition("=")[0] for r in rule.readings() if Answers in r.sections]
