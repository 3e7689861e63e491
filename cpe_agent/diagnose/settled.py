"""Could anything that is still being measured change the verdict? The run ends when nothing could.

Nothing above a rung that was measured failing can come to work on the same path (``proofs``): that is what lets a dead
line end in two seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from cpe_agent.diagnose.ask import GRADES, Asked
from cpe_agent.diagnose.fault import Effect, Grade
from cpe_agent.diagnose.judgement import Finding
from cpe_agent.diagnose.ladder import ORDER
from cpe_agent.diagnose.predicate import NO, PENDING, UNKNOWN, YES
from cpe_agent.diagnose.proofs import Rungs


def settled(verdict: str, headline: Finding | None, asked: dict[str, Asked], refuted: set[str], rungs: Rungs) -> bool:
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


def may_be_seen_failing(roots: Sequence[Finding], asked: dict[str, Asked], rungs: Rungs) -> bool:
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
