"""Connections that this computer itself dials: what is up now, and what the dialler's log says of the last attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome
from cpe_agent.facts import Dial, DialEntry

if TYPE_CHECKING:
    from cpe_agent.host import Host


async def collect(host: Host, _facts: Facts) -> Dial:
    now = await host.local.dial_entries()
    try:
        log = await host.local.dial_log()
    except CannotMeasure as why:
        return Dial(now, "denied" if why.outcome is Outcome.DENIED else None)
    return Dial((*_without_retries(now, log.entries), *_still_true(now, log.entries)), log.log)


def _still_true(now: tuple[DialEntry, ...], failed: tuple[DialEntry, ...]) -> list[DialEntry]:
    """An attempt that failed says nothing any more once one of its kind is up."""
    up = {entry.kind for entry in now if entry.state == "connected"}
    return [entry for entry in failed if entry.kind not in up]


def _without_retries(now: tuple[DialEntry, ...], failed: tuple[DialEntry, ...]) -> list[DialEntry]:
    """A dialler that tries again is "connecting" for ever; why its last attempt failed says more."""
    told = {entry.kind for entry in failed}
    return [entry for entry in now if entry.state != "connecting" or entry.kind not in told]


COLLECTOR = Collector(collect=collect, makes=Dial, seconds=3.0)
