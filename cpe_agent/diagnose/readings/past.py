"""What happened before this run: restarts that its own facts show, and those that earlier runs of this computer do.

A counter that is young is no restart by itself. RFC 6886 3.6 and RFC 6887 8.5 say when one has started over: it shows
less than seven eighths of the time that passed. Beyond that it must be younger than the look before it, or it only
counts in another way now; a 32-bit count of ticks starts over by itself; and a constant counts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings import router
from cpe_agent.facts import Past, PastRun, Router, System

JUST_BOOTED_S = 180  # as long as a provider may hold the session that a restart cut off
_DAY_S = 86_400
_SLACK_S = 5
_WRAPS_S = (2**32 / 1000, 2**32 / 250, 2**32 / 100)  # ticks of 1, 4 and 10 ms: after 50, 199 and 497 days
_RESTART_TAKES_S = 600  # a session that came up this soon after its router did was not dropped by the line

Count = Callable[[PastRun], int | None]


@reading("device.just_booted", System)
def just_booted(s: System) -> bool:
    """This computer was started less than three minutes ago; one that does not say when counts as not."""
    return s.boot_age_s is not None and s.boot_age_s < JUST_BOOTED_S


def restarts(p: Past, now: int | None, count: Count) -> list[float]:
    """How many seconds ago a counter started over between two runs, newest first. ``now`` is what it shows in this
    run, ``count`` takes what it showed in an earlier one."""
    looks: list[tuple[float, int, bool]] = [] if now is None else [(0.0, now, True)]
    looks += [(run.age_s, value, run.same_boot) for run in p.runs if (value := count(run)) is not None]
    return [
        newer_age + shows
        for (newer_age, shows, newer_boot), (older_age, showed, older_boot) in pairwise(looks)
        if _started_over(showed, shows, older_age - newer_age, measured=newer_boot and older_boot)
    ]


def _started_over(then: int, now: int, elapsed_s: float, *, measured: bool) -> bool:
    """``measured``: the time between is not by a clock that somebody may have set. Otherwise the counter must have
    gone backwards."""
    if now > elapsed_s + _SLACK_S or _no_restart(then, now, elapsed_s):
        return False
    return now + 2 < (then + elapsed_s * 7 / 8 if measured else then)


def _no_restart(then: int, now: int, elapsed_s: float) -> bool:
    wrapped = any(abs(then + elapsed_s - wrap - now) <= _SLACK_S + elapsed_s / 8 for wrap in _WRAPS_S)
    return wrapped or (now == then and elapsed_s > _SLACK_S)


def young_by_itself(p: Past, now: int) -> bool:
    """The epoch of this run is young, and the last run before its beginning shows that this is no restart."""
    before = next((run for run in p.runs if run.router_epoch_s is not None and run.age_s > now), None)
    same = next((run for run in p.runs if run.router_epoch_s is not None), None)
    return any(run is not None and _no_restart(epoch(run) or 0, now, run.age_s) for run in (before, same))


def epoch(run: PastRun) -> int | None:
    return run.router_epoch_s


def session(run: PastRun) -> int | None:
    return run.wan_uptime_s


@reading("past.router_restarts", Past, Router)
def router_restarts(p: Past, r: Router) -> int | None:
    """How often the router restarted within a day, as seen between the runs of this computer."""
    if not p.runs or router.uptime_s.read(r) is None:
        return None
    return sum(age <= _DAY_S for age in restarts(p, router.uptime_s.read(r), epoch))


@reading("past.session_drops", Past, Router)
def session_drops(p: Past, r: Router) -> int | None:
    """How often the router's connection came up anew within a day while the router itself did not restart, as seen
    between the runs of this computer."""
    if not p.runs or router.uptime_s.read(r) is None:
        return None
    by_router = restarts(p, router.uptime_s.read(r), epoch)
    now = router.wan_uptime_s.read(r) if router.session.read(r) == "connected" else None
    drops = [age for age in restarts(p, now, session) if age <= _DAY_S]
    return sum(not any(0 <= up - age + _SLACK_S <= _RESTART_TAKES_S for up in by_router) for age in drops)
