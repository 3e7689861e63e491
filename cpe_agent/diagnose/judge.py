"""From facts to a diagnosis, in the order of docs/architecture.md, "Judgement". Pure: same facts, same diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cpe_agent.diagnose.fault import Effect, Fault, Grade, Owner
from cpe_agent.diagnose.ladder import ORDER, Rung, below
from cpe_agent.diagnose.predicate import NO, PENDING, UNKNOWN, YES, Evidence, Expr, Look, Truth
from cpe_agent.diagnose.proofs import Rungs, same_path, see
from cpe_agent.facts import SECTIONS

GRADES: tuple[Grade, ...] = (Grade.DIRECT, Grade.CONTRAST, Grade.CIRCUMSTANTIAL)


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


@dataclass(frozen=True)
class Finding:
    """A present fault and what became of it. ``standing``: root | explained | refuted | advisory."""

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


def judge(look: Look, catalogue: Sequence[Fault]) -> Judgement:
    """Ask every fault alone, then let proofs refute and causes explain. The order of ``catalogue`` does not matter."""
    rungs = see(look)
    holes = look.facts.holes(SECTIONS)
    doubting = Look(look.facts.with_pending(holes)) if holes else None
    asked = {f.code: ask(f, look, doubting) for f in sorted(catalogue, key=lambda f: f.number)}
    present = [a for a in asked.values() if a.present is YES]
    refuted = {a.fault.code for a in present if _refuted(a, rungs)}
    standing = [a for a in present if a.fault.code not in refuted and a.fault.effect is not Effect.ADVISES]
    because = {a.fault.code: _explainers(a, standing) for a in standing}
    findings = tuple(_finding(a, refuted, because, rungs) for a in present)
    roots = sorted((f for f in findings if f.standing == "root"), key=_rank)
    verdict, headline, suspects = _verdict(roots, findings, rungs)
    if verdict == "healthy" and doubting is not None and _hidden_by_holes(doubting, catalogue, rungs):
        verdict = "inconclusive"
    first_broken = headline.fault.breaks if headline is not None else _lowest_failing(rungs)
    if verdict == "healthy":
        first_broken = None
    return Judgement(
        verdict=verdict,
        headline=headline,
        findings=findings,
        suspects=suspects,
        next_test=_next_test(suspects) if verdict == "inconclusive" else None,
        segments=_segments(roots, suspects, verdict, rungs),
        proven_up_to=_proven_up_to(rungs),
        first_broken=first_broken,
        settled=_settled(verdict, headline, asked, refuted, rungs) and not _may_be_seen_failing(roots, asked, rungs),
        rungs=rungs,
    )


def ask(fault: Fault, look: Look, doubting: Look | None = None) -> Asked:
    """One fault alone. An unknown or pending ruling-out leaves it in; only a seen one takes it out. ``doubting`` sees
    the holes in the facts as sections that could still speak."""
    ruled = _ask(fault.rules_out, look, {})
    truths = []
    grade: Grade | None = None
    evidence: Evidence = {}
    for level, expr in zip(GRADES, (fault.direct, fault.contrast, fault.symptom), strict=True):
        own: Evidence = {}
        truth = _ask(expr, look, own)
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
    stronger = truths if grade is None else truths[: GRADES.index(grade)]
    veto = _ask(fault.veto, look, {})
    return Asked(
        fault=fault,
        present=present,
        grade=grade if present is YES else None,
        evidence=evidence,
        veto=veto,
        doubted=doubting is not None
        and grade is not None
        and PENDING in (_ask(fault.rules_out, doubting, {}), _ask(fault.veto, doubting, {})),
        may_rise=PENDING in stronger or veto is PENDING,
        may_fall=ruled is PENDING,
    )


def _hidden_by_holes(doubting: Look, catalogue: Sequence[Fault], rungs: Rungs) -> bool:
    """Could a section that ought to be here and is not hide a fault? Then nobody may say that all is well."""
    return any(
        ask(f, doubting).present is PENDING
        for f in catalogue
        if f.effect is Effect.DEGRADES or (f.effect is Effect.STOPS and not rungs.is_proven(f.breaks, f.family))
    )


def _ask(expr: Expr | None, look: Look, evidence: Evidence) -> Truth:
    return NO if expr is None else expr.ask(look, evidence)


def _refuted(a: Asked, rungs: Rungs) -> bool:
    return a.fault.effect is Effect.STOPS and rungs.is_proven(a.fault.breaks, a.fault.family)


def _explainers(a: Asked, standing: Sequence[Asked]) -> tuple[str, ...]:
    return tuple(b.fault.code for b in standing if b is not a and _explains(b, a))


def _explains(b: Asked, a: Asked) -> bool:
    """Does ``b`` account for ``a``?"""
    if a.fault.code in b.fault.refines and b.provable:
        return True
    if b.fault.code in a.fault.refines:
        return False
    if a.grade is Grade.DIRECT or not same_path(a.fault.family, b.fault.family):
        return False
    if b.fault.breaks in below(a.fault.breaks):
        # What only degrades a lower rung accounts for what only degrades a higher one, and for no more.
        return b.fault.effect is Effect.STOPS or a.fault.effect is Effect.DEGRADES
    same_rung = b.fault.breaks is a.fault.breaks and b.fault.effect is a.fault.effect
    return same_rung and a.grade is Grade.CIRCUMSTANTIAL and b.provable


def _finding(a: Asked, refuted: set[str], because: dict[str, tuple[str, ...]], rungs: Rungs) -> Finding:
    code = a.fault.code
    if code in refuted:
        standing = "refuted"
    elif a.fault.effect is Effect.ADVISES:
        standing = "advisory"
    else:
        standing = "explained" if because[code] else "root"
    seen_failing = a.fault.effect is not Effect.STOPS or rungs.fails_at_or_above(a.fault.breaks, a.fault.family)
    assert a.grade is not None
    return Finding(
        fault=a.fault,
        standing=standing,
        grade=a.grade,
        named=standing == "root" and a.provable and seen_failing,
        because_of=because.get(code, ()),
        evidence=a.evidence,
    )


def _rank(f: Finding) -> tuple[int, int, int, int]:
    """What stops before what degrades, lower rungs first, better evidence first; numbers only break ties."""
    return (f.fault.effect is not Effect.STOPS, ORDER.index(f.fault.breaks), GRADES.index(f.grade), f.fault.number)


def _verdict(
    roots: Sequence[Finding], findings: Sequence[Finding], rungs: Rungs
) -> tuple[str, Finding | None, tuple[Finding, ...]]:
    stops = [f for f in roots if f.fault.effect is Effect.STOPS]
    degrades = [f for f in roots if f.fault.effect is Effect.DEGRADES]
    for group in (stops, degrades):
        if not group:
            failing = _lowest_failing(rungs)
            if group is stops and failing is not None and not _degraded_to_failure(degrades, failing):
                # Something is measured broken and no fault of the catalogue accounts for it.
                return "inconclusive", None, tuple(_suspects(degrades, findings)) if degrades else ()
            continue
        lowest = [f for f in group if f.fault.breaks is group[0].fault.breaks]
        named = next((f for f in lowest if f.named), None)
        if named is not None:
            return "fault", named, ()
        return "inconclusive", None, tuple(_suspects(group, findings))
    if all(rungs.is_proven(r) for r in (Rung.INTERNET, Rung.OPEN, Rung.DNS, Rung.WEB)):
        return "healthy", None, ()
    return "inconclusive", None, ()


def _degraded_to_failure(degrades: Sequence[Finding], failing: Rung) -> bool:
    """A named fault that degrades the very rung that fails accounts for it (large packets that vanish stop every
    secure page where each server sends large ones), and so does one that loses packets on a rung below."""
    return any(
        f.named and (f.fault.breaks is failing or (f.fault.loses_packets and f.fault.breaks in below(failing)))
        for f in degrades
    )


def _suspects(group: Sequence[Finding], findings: Sequence[Finding]) -> list[Finding]:
    """The most likely ones: those on the lowest rung, at most four; a second rung's only if the first has just one.
    Those are what that one alone would explain: if it is not there, they are what is left."""
    lowest = [f for f in group if f.fault.breaks is group[0].fault.breaks]
    if len(lowest) > 1:
        return lowest[:4]
    effect, only = lowest[0].fault.effect, (lowest[0].fault.code,)
    hidden = [f for f in findings if f.fault.effect is effect and f.because_of == only]
    behind = sorted((f for f in hidden if f.standing == "explained"), key=_rank)
    return sorted((*group, *(f for f in behind if f.fault.breaks is behind[0].fault.breaks)), key=_rank)[:4]


def _next_test(suspects: Sequence[Finding]) -> tuple[str, tuple[str, ...]] | None:
    if not suspects:
        return "run-again-deep", ()
    first = suspects[0].fault
    rivals = tuple(s.fault for s in suspects)
    for rival in rivals[1:]:
        if rival.code in first.separate_from:
            return first.separate_from[rival.code], (first.code, rival.code)
        if first.code in rival.separate_from:
            return rival.separate_from[first.code], (first.code, rival.code)
    return first.test, tuple(f.code for f in rivals)


def _lowest_failing(rungs: Rungs) -> Rung | None:
    """The lowest rung measured failing that nothing proves. One family alone counts only when no family works."""
    found = [r for r, f in rungs.failing if not rungs.is_proven(r, None)]
    return min(found, key=ORDER.index, default=None)


def _proven_up_to(rungs: Rungs) -> Rung | None:
    highest = None
    for rung in ORDER:
        if rung is not Rung.CLOCK and rungs.is_proven(rung) and all(rungs.is_proven(r) for r in below(rung)):
            highest = rung
    return highest


_SEGMENT_RUNGS: dict[Owner, tuple[Rung, ...]] = {
    Owner.DEVICE: (Rung.DEVICE_OK,),
    Owner.HOME: (Rung.LINK, Rung.ADDRESS),
    Owner.CPE: (Rung.GATEWAY,),
    Owner.ACCESS: (Rung.LINE,),
    Owner.ACCOUNT: (Rung.WAN_SESSION, Rung.OPEN),
    Owner.ISP_CORE: (Rung.INTERNET, Rung.DNS),
    Owner.REMOTE: (Rung.WEB,),
}


def _segments(roots: Sequence[Finding], suspects: Sequence[Finding], verdict: str, rungs: Rungs) -> dict[Owner, str]:
    states: dict[Owner, str] = {}
    suspected = {s.fault.owner for s in suspects}
    for owner, needed in _SEGMENT_RUNGS.items():
        named = [f for f in roots if f.named and f.fault.owner is owner]
        if any(f.fault.effect is Effect.STOPS for f in named) and verdict != "healthy":
            states[owner] = "broken"
        elif named:
            states[owner] = "degraded"
        elif owner in suspected or not all(rungs.is_proven(r) for r in needed):
            states[owner] = "unknown"
        else:
            states[owner] = "ok"
    return states


def _settled(verdict: str, headline: Finding | None, asked: dict[str, Asked], refuted: set[str], rungs: Rungs) -> bool:
    """True when no pending section could change verdict, fault, owner or grade, whatever it says."""
    hopeful = [a for a in asked.values() if _could_matter(a, refuted, rungs)]
    if verdict == "healthy":
        return not any(a.present is PENDING for a in hopeful)
    if headline is None:
        # Where something surely stops, only what stops as low or lower can still take the headline.
        firm = [a for a in hopeful if _stays(a, rungs)]
        if firm:
            lowest = min(ORDER.index(a.fault.breaks) for a in firm)
            hopeful = [a for a in hopeful if _stops(a) and ORDER.index(a.fault.breaks) <= lowest]
        shaken = any(
            a.present is PENDING or a.may_rise or a.may_fall or rungs.could_be_proven(a.fault.breaks, a.fault.family)
            for a in hopeful
            if a.present in (YES, PENDING)
        )
        waiting = not any(a.present is YES for a in hopeful) and bool(rungs.may_fail or _still_open(rungs))
        return not shaken and not waiting
    own = asked[headline.fault.code]
    if own.may_fall or (own.grade is not Grade.DIRECT and own.may_rise):
        return False
    stops = headline.fault.effect is Effect.STOPS
    if stops and rungs.could_be_proven(headline.fault.breaks, headline.fault.family):
        return False
    return not any(
        a is not own and _could_take_over(a, headline) for a in hopeful if a.present is PENDING or a.may_rise
    )


def _may_be_seen_failing(roots: Sequence[Finding], asked: dict[str, Asked], rungs: Rungs) -> bool:
    """A root that its own evidence would name waits only for its rung to be seen failing, and that may still come."""
    waiting = [f for f in roots if not f.named and asked[f.fault.code].provable]
    return any(rungs.may_still_fail(f.fault.breaks, f.fault.family) for f in waiting)


def _stops(a: Asked) -> bool:
    return a.fault.effect is Effect.STOPS


def _stays(a: Asked, rungs: Rungs) -> bool:
    """A standing stop that nothing pending can rule out or refute."""
    proof = rungs.could_be_proven(a.fault.breaks, a.fault.family)
    return _stops(a) and a.present is YES and not a.may_fall and not proof


def _still_open(rungs: Rungs) -> bool:
    return any(rungs.could_be_proven(r) and not rungs.is_proven(r) for r in ORDER)


def _could_matter(a: Asked, refuted: set[str], rungs: Rungs) -> bool:
    if a.fault.effect is Effect.ADVISES or a.fault.code in refuted or a.present in (NO, UNKNOWN):
        return False
    if a.fault.effect is not Effect.STOPS:
        return True
    return not rungs.is_proven(a.fault.breaks, a.fault.family)


def _could_take_over(a: Asked, headline: Finding) -> bool:
    """Might this fault, once pending sections speak, explain the headline or stand before it?"""
    if headline.fault.code in a.fault.refines:
        return True
    stops = a.fault.effect is Effect.STOPS
    headline_stops = headline.fault.effect is Effect.STOPS
    if stops and not headline_stops:
        return True
    if stops is not headline_stops:
        return False
    lower = ORDER.index(a.fault.breaks) < ORDER.index(headline.fault.breaks)
    if a.fault.breaks is headline.fault.breaks:
        best = Grade.DIRECT if a.fault.direct is not None else Grade.CONTRAST
        return (GRADES.index(best), a.fault.number) < (GRADES.index(headline.grade), headline.fault.number)
    return lower
