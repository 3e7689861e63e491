"""A report judged anew with what was said on the telephone since. What a person says stays what a person says: the
catalogue alone decides what an answer may prove, and a finding that rests on one is marked ``stated``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from cpe_agent.again import answered
from cpe_agent.answers import QUESTIONS
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.desk.cases.ledger import UNKNOWN, Entry, Kind
from cpe_agent.engine import judged
from cpe_agent.facts import Answers
from cpe_agent.report import BadReport, Report, facts_of
from cpe_agent.steps import SAME_CALL_S


class Anew(NamedTuple):
    """``report``: the same run with the answers. ``more``: something that the run spared could now matter, so a fresh
    check would tell more."""

    report: Report
    more: bool


def answers_of(entries: Iterable[Entry], received: float) -> dict[str, str]:
    """Question -> the last answer, of what was entered since two hours before the report came (epoch seconds): a lamp
    that was dark last week says nothing about today's line."""
    said = {e.key: e.text for e in entries if e.kind == Kind.SAID and e.at >= received - SAME_CALL_S}
    return {q: a for q, a in said.items() if a != UNKNOWN and a in QUESTIONS.get(q, ())}


def with_answers(report: Report, said: dict[str, str]) -> Anew | None:
    """None where there is nothing to judge anew: no answer that the report has not, or a report without its facts."""
    try:
        facts = facts_of(report)
    except BadReport:
        return None
    known = facts[Answers].given if facts.measured(Answers) else {}
    given = {**known, **said}
    if given == known:
        return None
    new = judged(report, _with(facts, given))
    # It stays that run: its own id, and the code that the customer has on his screen.
    same = replace(new, id=report.id, client=report.client, spoken_code=report.spoken_code)
    return Anew(same, answered(facts, given) is None)


def _with(facts: Facts, given: dict[str, str]) -> Facts:
    sections = {kind: found for kind in facts if (found := facts.section(kind)) is not None}
    sections[Answers] = Section(Outcome.MEASURED, 0.0, 0.0, Answers(given))
    return Facts(sections)
