"""Connections that this computer itself dials: what is up now, what the dialler's log says of the last attempt, and
what login tests came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome
from cpe_agent.facts import Dial, DialEntry

if TYPE_CHECKING:
    from cpe_agent.host import Host


async def collect(host: Host, _facts: Facts) -> Dial:
    now = await host.local.dial_entries()
    tests = await _login_tests(host)
    try:
        log = await host.local.dial_log()
    except CannotMeasure as why:
        return Dial((*now, *_still_true(now, tests)), "denied" if why.outcome is Outcome.DENIED else None)
    # A login test is no dialler's attempt: a dialler that tries again is "connecting" whatever a test came to.
    own = (*_without_retries(now, log.entries), *_still_true(now, log.entries))
    return Dial((*own, *_still_true(now, tests)), log.log, log.set_up)


async def _login_tests(host: Host) -> tuple[DialEntry, ...]:
    try:
        return await host.local.login_tests()
    except CannotMeasure:
        return ()  # nobody need ever have tested


def _still_true(now: tuple[DialEntry, ...], failed: tuple[DialEntry, ...]) -> list[DialEntry]:
    """An attempt that failed says nothing any more once one of its kind is up."""
    up = {entry.kind for entry in now if entry.state == "connected"}
    return [entry for entry in failed if entry.kind not in up]


def _without_retries(now: tuple[DialEntry, ...], failed: tuple[DialEntry, ...]) -> list[DialEntry]:
    """A dialler that tries again is "connecting" for ever; why its last attempt failed says more."""
    told = {entry.kind for entry in failed}
    return [entry for entry in now if entry.state != "connecting" or entry.kind not in told]


COLLECTOR = Collector(collect=collect, makes=Dial, seconds=3.0)
