"""From facts to a diagnosis, in the order of docs/architecture.md, "Judgement". Pure: same facts, same diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cpe_agent.diagnose.ask import GRADES, Asked, answer, ask, ask_again
from cpe_agent.diagnose.fault import NO_DEEPER, Effect, Fault, Grade, Owner
from cpe_agent.diagnose.judgement import Finding, Judgement
from cpe_agent.diagnose.ladder import ORDER, Rung, below
from cpe_agent.diagnose.predicate import PENDING, UNKNOWN, YES, Look
from cpe_agent.diagnose.proofs import Rungs, same_path, see
from cpe_agent.diagnose.settled import may_be_seen_failing, settled
from cpe_agent.facts import SECTIONS, Family, Plan

MOST_SUSPECTS = 4  # more would be a list to read, not a next step
POSSIBLE = "possible"
PATH = tuple(Owner)  # from the computer outwards


def judge(look: Look, catalogue: Sequence[Fault]) -> Judgement:
    """Ask every fault alone, then let proofs refute and causes explain. The order of ``catalogue`` does not matter."""
    rungs = see(look)
    holes = look.facts.holes(SECTIONS)
    doubting = Look(look.facts.with_pending(holes)) if holes else None
    in_order = sorted(catalogue, key=lambda f: f.number)
    asked = {f.code: ask_again(f, look) if doubting is None else ask(f, look, doubting) for f in in_order}
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
    if verdict == "inconclusive" and not suspects and first_broken is not None:
        suspects = _possible(asked.values(), first_broken, rungs)
    if verdict == "healthy":
        first_broken = None
    return Judgement(
        verdict=verdict,
        headline=headline,
        findings=findings,
        suspects=suspects,
        next_test=_next_test(suspects, look) if verdict == "inconclusive" else None,
        segments=_segments(roots, suspects, verdict, rungs),
        proven_up_to=_proven_up_to(rungs),
        first_broken=first_broken,
        settled=settled(verdict, headline, asked, refuted, rungs) and not may_be_seen_failing(roots, asked, rungs),
        rungs=rungs,
    )


def _hidden_by_holes(doubting: Look, catalogue: Sequence[Fault], rungs: Rungs) -> bool:
    """Could a section that ought to be here and is not hide a fault? Then nobody may say that all is well."""
    return any(
        ask(f, doubting).present is PENDING
        for f in catalogue
        if f.effect is Effect.DEGRADES or (f.effect is Effect.STOPS and not rungs.is_proven(f.breaks, f.family))
    )


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
    secure page where each server sends large ones), and so does one that loses packets on a rung below. Where
    IPv6 leads nowhere, a page waits in vain in a program that prefers it (RFC 8305)."""
    return any(
        f.named
        and (
            f.fault.breaks is failing
            or (f.fault.loses_packets and f.fault.breaks in below(failing))
            or (f.fault.family is Family.V6 and failing is Rung.WEB)
        )
        for f in degrades
    )


def _suspects(group: Sequence[Finding], findings: Sequence[Finding]) -> list[Finding]:
    """The most likely ones: those on the lowest rung; a second rung's only if the first has just one.
    Those are what that one alone would explain: if it is not there, they are what is left."""
    lowest = [f for f in group if f.fault.breaks is group[0].fault.breaks]
    if len(lowest) > 1:
        return lowest[:MOST_SUSPECTS]
    effect, only = lowest[0].fault.effect, (lowest[0].fault.code,)
    hidden = [f for f in findings if f.fault.effect is effect and f.because_of == only]
    behind = sorted((f for f in hidden if f.standing == "explained"), key=_rank)
    return sorted((*group, *(f for f in behind if f.fault.breaks is behind[0].fault.breaks)), key=_rank)[:MOST_SUSPECTS]


def _possible(asked: Iterable[Asked], failing: Rung, rungs: Rungs) -> tuple[Finding, ...]:
    """Something is measured failing and nothing points anywhere: what nothing measured speaks against, on the lowest
    rung that has any such fault. None of them was seen, so those farthest from the customer come first."""
    left = [
        a.fault
        for a in asked
        if a.present is UNKNOWN
        and a.fault.effect is Effect.STOPS
        and (a.fault.breaks is failing or a.fault.breaks in below(failing))
        and not rungs.is_proven(a.fault.breaks, a.fault.family)
    ]
    left.sort(key=lambda f: (ORDER.index(f.breaks), -PATH.index(f.owner), f.number))
    lowest = [f for f in left if f.breaks is left[0].breaks]
    return tuple(Finding(f, POSSIBLE, Grade.CIRCUMSTANTIAL, False, (), {}) for f in lowest[:MOST_SUSPECTS])


def _next_test(suspects: Sequence[Finding], look: Look) -> tuple[str, tuple[str, ...]] | None:
    if look.facts.measured(Plan) and look.facts[Plan].asked_only:
        stated = suspects[0].fault.stated if suspects else None
        test = NO_DEEPER if stated is None else stated.then if answer(stated.done, look, {}) is YES else stated.test
        return test, tuple(s.fault.code for s in suspects)
    if not suspects:
        return "run-again-deep", ()
    first = suspects[0].fault
    rivals = tuple(s.fault for s in suspects)
    for rival in rivals[1:] if suspects[0].standing != POSSIBLE else ():  # nothing speaks for that rival either
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


SEGMENT_RUNGS: dict[Owner, tuple[Rung, ...]] = {
    Owner.DEVICE: (Rung.DEVICE_OK,),
    Owner.HOME: (Rung.LINK, Rung.ADDRESS),
    Owner.CPE: (Rung.GATEWAY,),
    Owner.ACCESS: (Rung.LINE,),
    Owner.ACCOUNT: (Rung.WAN_SESSION, Rung.OPEN),
    Owner.ISP_CORE: (Rung.INTERNET, Rung.DNS),
    Owner.REMOTE: (Rung.WEB,),
}
"""Segment -> the rungs that must be proven before it is called ok."""


def _segments(roots: Sequence[Finding], suspects: Sequence[Finding], verdict: str, rungs: Rungs) -> dict[Owner, str]:
    states: dict[Owner, str] = {}
    suspected = {s.fault.owner for s in suspects}
    for owner, needed in SEGMENT_RUNGS.items():
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
