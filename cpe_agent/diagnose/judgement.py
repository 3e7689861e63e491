"""What judging gives: every present fault with what became of it, and the whole answer."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_agent.diagnose.fault import Fault, Grade, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import Evidence
from cpe_agent.diagnose.proofs import Rungs


@dataclass(frozen=True)
class Finding:
    """A present fault and what became of it. ``standing``: root | explained | refuted | advisory; a suspect that no
    evidence speaks for, and none against, is "possible" and stands among no findings."""

    fault: Fault
    standing: str
    grade: Grade
    named: bool
    because_of: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True)
class Judgement:
    """The whole answer. ``suspects`` and ``next_test`` are filled when the verdict is inconclusive."""

    verdict: str  # "healthy" | "fault" | "inconclusive"
    headline: Finding | None
    findings: tuple[Finding, ...]
    suspects: tuple[Finding, ...]
    next_test: tuple[str, tuple[str, ...]] | None  # key, the codes that it separates
    segments: dict[Owner, str]
    proven_up_to: Rung | None
    first_broken: Rung | None
    settled: bool
    rungs: Rungs
