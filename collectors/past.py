"""What this computer's earlier runs in this home found, and what the router counted then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome
from cpe_agent.facts import Past, Plan

if TYPE_CHECKING:
    from cpe_agent.host import Host


async def collect(host: Host, facts: Facts) -> Past:
    if not facts[Plan].history:
        raise CannotMeasure(Outcome.SKIPPED, "earlier runs are not to be looked at")
    try:
        return Past(await host.local.past_runs())
    except CannotMeasure as error:
        if error.outcome is Outcome.TIMED_OUT:  # a disk that hangs hides no fault of the connection
            raise CannotMeasure(Outcome.UNSUPPORTED, error.reason) from None
        raise


COLLECTOR = Collector(collect, makes=Past, needs=(Plan,), seconds=2.0)
