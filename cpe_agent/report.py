"""The report: what a run measured and what it means, as records and as canonical JSON (RFC 8785)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from cpe_agent import __version__, canonical
from cpe_agent.codec import Malformed, from_plain, to_plain
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.deliver.spoken_code import encode
from cpe_agent.diagnose.fault import NO_DEEPER, Acts, Owner, evidence_for
from cpe_agent.diagnose.judgement import Finding, Judgement
from cpe_agent.facts import SECTIONS, Answers, Past, PastRun, Plan, Pppoe, Protection, System, section_name
from cpe_agent.privacy import private
from cpe_agent.steps import Stated, Step, steps, when

SCHEMA = 1

Value = bool | int | float | str | list[Any] | None


class Client(NamedTuple):
    name: str
    version: str
    platform: str
    privileged: bool | None


class SectionReport(NamedTuple):
    """``started``: seconds since the run's start; before it (negative) for what was kept from the run before."""

    outcome: Outcome
    started: float
    seconds: float
    content: Any = None
    reason: str | None = None


class Evidence(NamedTuple):
    fact: str
    value: Any


class FindingReport(NamedTuple):
    fault: str
    owner: str
    acts: str
    standing: str
    grade: str
    because_of: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    stated: bool = False  # the evidence holds what the customer was asked and said


class NextTest(NamedTuple):
    key: str
    separates: tuple[str, ...]


class Diagnosis(NamedTuple):
    verdict: str
    fault: str | None
    owner: str | None
    acts: str | None
    grade: str | None
    findings: tuple[FindingReport, ...]
    suspects: tuple[str, ...]
    next_test: NextTest | None
    segments: dict[str, str]
    proven_up_to: str | None
    first_broken: str | None


@dataclass(frozen=True)
class Report:
    """One run, whole. ``seconds`` is the wall time of the measuring; ``started`` RFC 3339 in UTC. ``cut_of``: this is
    the cut form (``deliver/cut.py``) of the report with this receipt code; it holds no measurements."""

    schema: int
    id: str
    client: Client
    started: str
    seconds: float
    case: str | None
    complaint: str | None
    profile: str
    sections: dict[str, SectionReport]
    diagnosis: Diagnosis
    steps: tuple[Step, ...]
    spoken_code: str
    cut_of: str | None = None


class BadReport(ValueError):
    """The text is no report that this version can read; the message says where and why."""


def make(
    facts: Facts,
    judgement: Judgement,
    *,
    started: float,
    seconds: float,
    platform: str,
    case: str | None,
    report_id: str | None = None,
    stated: Iterable[Stated] = (),
    visit: Iterable[PastRun] = (),
) -> Report:
    """The report of one run. ``started`` is seconds since the epoch. ``report_id``: a ``uuid7`` that was told
    somebody while the run went on. ``stated`` and ``visit``: see ``steps``."""
    report_id = report_id or uuid7()
    plan = facts[Plan]
    system = facts[System] if facts.measured(System) else None
    diagnosis = diagnosis_of(judgement, plan)
    sections, diagnosis = _private(facts, diagnosis)
    return Report(
        schema=SCHEMA,
        id=report_id,
        client=Client("cpe-agent", __version__, platform, None if system is None else system.privileged),
        started=when(started),
        seconds=round(seconds, 3),
        case=case,
        complaint=plan.complaint,
        profile=plan.profile,
        sections=sections,
        diagnosis=diagnosis,
        steps=steps(facts, started, diagnosis.verdict, diagnosis.fault, stated, visit),
        spoken_code=spoken_code(judgement, diagnosis, report_id),
    )


def _private(facts: Facts, diagnosis: Diagnosis) -> tuple[dict[str, SectionReport], Diagnosis]:
    """The sections and the diagnosis without what tells who the customer is."""
    sections = {section_name(s): _section(facts.section(s)) for s in SECTIONS if facts.section(s) is not None}
    values = [[evidence.value for evidence in finding.evidence] for finding in diagnosis.findings]
    reasons = {name: section.reason for name, section in sections.items()}
    contents, values, reasons = private({name: s.content for name, s in sections.items()}, values, reasons)
    findings = (
        finding._replace(evidence=tuple(e._replace(value=v) for e, v in zip(finding.evidence, found, strict=True)))
        for finding, found in zip(diagnosis.findings, values, strict=True)
    )
    return (
        {name: s._replace(content=contents[name], reason=reasons[name]) for name, s in sections.items()},
        diagnosis._replace(findings=tuple(findings)),
    )


def diagnosis_of(judgement: Judgement, plan: Plan) -> Diagnosis:
    headline = judgement.headline
    healthy = judgement.verdict == "healthy"
    test = judgement.next_test
    return Diagnosis(
        verdict=judgement.verdict,
        fault=None if headline is None else headline.fault.code,
        owner=headline.fault.owner.value if headline is not None else (Owner.NONE.value if healthy else None),
        acts=acts_of(headline, plan) if headline is not None else (Acts.NOBODY.value if healthy else None),
        grade=None if headline is None else headline.grade.value,
        findings=tuple(_finding(f, plan) for f in judgement.findings),
        suspects=tuple(f.fault.code for f in judgement.suspects),
        next_test=None if test is None else NextTest(_test(test[0], plan), test[1]),
        segments={owner.value: state for owner, state in judgement.segments.items()},
        proven_up_to=None if judgement.proven_up_to is None else judgement.proven_up_to.value,
        first_broken=None if judgement.first_broken is None else judgement.first_broken.value,
    )


def _test(key: str, plan: Plan) -> str:
    """A run that measured everything to its end has no deeper one."""
    return NO_DEEPER if plan.deep and key == "run-again-deep" else key


def acts_of(finding: Finding, plan: Plan) -> str:
    """Who acts: a router's fault is for whom it belongs to."""
    fault = finding.fault
    if fault.owner is Owner.CPE and fault.acts is Acts.CUSTOMER and plan.cpe_owner in ("isp", "infrastructure"):
        return plan.cpe_owner
    return fault.acts.value


def spoken_code(judgement: Judgement, diagnosis: Diagnosis, report_id: str, age_minutes: float = 0) -> str:
    """The code of a diagnosis: the headline's number, or the first suspect's."""
    first = judgement.headline or (judgement.suspects[0] if judgement.suspects else None)
    number, grade = (0, None) if first is None else (first.fault.number, first.grade.value)
    if judgement.verdict == "healthy":
        number, grade = 0, None
    return encode(judgement.verdict, number, grade, diagnosis.segments, report_id, age_minutes)


def _finding(f: Finding, plan: Plan) -> FindingReport:
    evidence = tuple(Evidence(name, to_plain(value)) for name, value in f.evidence.items())
    fault = f.fault
    return FindingReport(
        fault.code, fault.owner.value, acts_of(f, plan), f.standing, f.grade.value, f.because_of, evidence, _stated(f)
    )


def _stated(f: Finding) -> bool:
    """Does the finding rest on an answer of the customer's? One that was not given says no, and carries nothing."""
    answers = {r.name for e in evidence_for(f.fault) if e is not None for r in e.readings() if Answers in r.sections}
    return any(f.evidence.get(name) not in (None, False) for name in answers)


def _section(section: Section | None) -> SectionReport:
    assert section is not None
    content = None if section.content is None else to_plain(section.content)
    return SectionReport(section.outcome, round(section.started, 3), round(section.seconds, 3), content, section.reason)


def uuid7() -> str:
    """A time-ordered identifier (RFC 9562, 5.7)."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    digits = f"{value & ~(0x3 << 62) | 0x2 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def to_json(report: Report) -> bytes:
    """Canonical JSON (RFC 8785): equal reports are equal bytes."""
    return canonical.dumps(to_plain(report))


def from_json(data: bytes) -> Report:
    """A report from its JSON. Raises ``BadReport``; unknown names are ignored, so that a newer minor version loads."""
    import json

    try:
        plain = json.loads(data.decode("utf-8"))
    except RecursionError:
        raise BadReport("no report: nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadReport(f"damaged or cut off (after {error.pos} characters), or no report") from None
    except ValueError as error:  # bytes that are no text; numbers beyond any bound
        after = error.start if isinstance(error, UnicodeDecodeError) else len(data)
        raise BadReport(f"damaged or cut off (after {after} characters), or no report") from None
    if isinstance(plain, dict) and "format" in plain and "answers" in plain:
        raise BadReport("this is a recording; use 'cpe-agent replay'")
    if not isinstance(plain, dict) or not isinstance(plain.get("schema"), int):
        raise BadReport("not a report: no schema number")
    if plain["schema"] > SCHEMA:
        raise BadReport(f"schema {plain['schema']} is newer than this program reads ({SCHEMA}); update cpe-agent")
    try:
        return from_plain(Report, plain)
    except Malformed as error:
        raise BadReport(str(error)) from None


LATER = (Past, Pppoe, Protection)
"""Sections that came after the first version: a report without one is no report with a hole."""


def facts_of(report: Report) -> Facts:
    """The facts a report holds, to judge them again. Raises ``BadReport`` for a section that does not fit, and for a
    cut report, which holds none."""
    if report.cut_of is not None:
        raise BadReport("this report was cut for a picture: it holds the verdict and no measurements")
    by_name = {section_name(s): s for s in SECTIONS}
    sections: dict[type, Section] = {}
    for name, s in report.sections.items():
        if name not in by_name:
            continue
        try:
            content = None if s.content is None else from_plain(by_name[name], s.content, f"sections.{name}.content")
        except Malformed as error:
            raise BadReport(str(error)) from None
        sections[by_name[name]] = Section(s.outcome, s.started, s.seconds, content, s.reason)
    if Plan not in sections:
        raise BadReport("sections.plan is missing")
    for later in LATER:
        sections.setdefault(later, Section(Outcome.SKIPPED, 0.0, 0.0, None, "the version that measured did not ask"))
    return Facts(sections)
