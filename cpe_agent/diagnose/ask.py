"""One fault's own answer to the facts, before the others are heard."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_agent.diagnose.fault import Fault, Grade, evidence_for, expressions
from cpe_agent.diagnose.predicate import NO, PENDING, UNKNOWN, YES, Evidence, Expr, Look, Truth

GRADES: tuple[Grade, ...] = (Grade.DIRECT, Grade.CONTRAST, Grade.CIRCUMSTANTIAL)
_LEVELS = (*GRADES, Grade.CIRCUMSTANTIAL)  # of ``evidence_for``


@dataclass(frozen=True)
class Asked:
    """One fault's own answer, before the others are heard."""

    fault: Fault
    present: Truth
    grade: Grade | None
    evidence: Evidence
    veto: Truth
    doubted: bool  # a section that ought to be here and is not could rule it out or forbid its name
    may_rise: bool  # stronger evidence for it may still come
    may_fall: bool  # something pending may rule it out

    @property
    def provable(self) -> bool:
        """Its own evidence would carry a name."""
        return self.grade in (Grade.DIRECT, Grade.CONTRAST) and self.veto is NO and not self.doubted


def ask(fault: Fault, look: Look, doubting: Look | None = None) -> Asked:
    """One fault alone. An unknown or pending ruling-out leaves it in; only a seen one takes it out. ``doubting`` sees
    the holes in the facts as sections that could still speak."""
    ruled = answer(fault.rules_out, look, {})
    truths = []
    grade: Grade | None = None
    evidence: Evidence = {}
    for level, expr in zip(_LEVELS, evidence_for(fault), strict=True):
        own: Evidence = {}
        truth = answer(expr, look, own)
        truths.append(truth)
        if truth is YES and grade is None:
            grade, evidence = level, own
    if ruled is YES:
        present = NO
    elif grade is not None:
        present = YES
    elif PENDING in truths:
        present = PENDING
    else:
        present = UNKNOWN if UNKNOWN in truths else NO
    if present is YES:
        evidence |= {r.name: value for r in fault.beside if (value := look.take(r)[1]) is not None}
    stronger = truths if grade is None else truths[: GRADES.index(grade)]
    veto = answer(fault.veto, look, {})
    return Asked(
        fault=fault,
        present=present,
        grade=grade if present is YES else None,
        evidence=evidence,
        veto=veto,
        doubted=doubting is not None
        and grade is not None
        and PENDING in (answer(fault.rules_out, doubting, {}), answer(fault.veto, doubting, {})),
        may_rise=PENDING in stronger or veto is PENDING,
        may_fall=ruled is PENDING,
    )


def ask_again(fault: Fault, look: Look) -> Asked:
    """``ask``, in a run that asks after every section: only what a new section could have changed is asked anew."""
    return look.recall(fault.code, lambda: _sections(fault), lambda: ask(fault, look))


def _sections(fault: Fault) -> frozenset[type]:
    return frozenset(s for e in expressions(fault) for r in e.readings() for s in r.sections)


def answer(expr: Expr | None, look: Look, evidence: Evidence) -> Truth:
    return NO if expr is None else expr.ask(look, evidence)
