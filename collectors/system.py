"""Which system this is, whether its maker still looks after it, and whether it can talk to itself."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts
from cpe_agent.facts import Failure, System
from cpe_agent.host.support_table import TABLE_DATE, support_end

if TYPE_CHECKING:
    from cpe_agent.facts import Connect
    from cpe_agent.host import Host

# A clock this far behind or ahead of the table is wrong rather than right.
BELIEVED_DAYS = 3650
_AGAIN_S = 1.2  # with the half second before it, within the time that this collector has


def still_supported(end: str | None, today: date) -> bool | None:
    """False once the day is past; None when the table does not know, or a clock that is plainly wrong would decide."""
    if end is None:
        return None
    made = date.fromisoformat(TABLE_DATE)
    if date.fromisoformat(end) < made:
        return False  # it was over when the table was made; no clock is needed
    if today < made or (today - made).days > BELIEVED_DAYS:
        return None
    return today <= date.fromisoformat(end)


async def collect(host: Host, _facts: Facts) -> System:
    release, loopback = await asyncio.gather(host.local.os_release(), _loopback(host))
    end = support_end(release.id, release.version)
    return System(
        os_family=release.family,
        os_name=release.name,
        os_version=release.version,
        support_end=end,
        supported=still_supported(end, datetime.fromtimestamp(time.time(), UTC).date()),
        boot_age_s=release.boot_age_s,
        privileged=release.privileged,
        loopback_tcp_ok=loopback.ok if loopback else None,
        loopback_failure=loopback.failure if loopback else None,
    )


async def _loopback(host: Host) -> Connect | None:
    """A computer that is busy with its own start is slow, which is no damage: it is given time."""
    try:
        found = await host.net.loopback_tcp()
        return await host.net.loopback_tcp(timeout_s=_AGAIN_S) if found.failure is Failure.TIMED_OUT else found
    except CannotMeasure:
        return None


COLLECTOR = Collector(collect=collect, makes=System, seconds=2.0)
