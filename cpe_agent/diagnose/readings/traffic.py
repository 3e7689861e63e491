"""This computer's own load on the line while it measured: it must not be read as the line's trouble."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Interfaces, Traffic


@reading("traffic.own_mbps", Interfaces, Traffic)
def own_mbps(i: Interfaces, t: Traffic) -> float | None:
    """Megabits per second that the uplink carried during the run, the busier direction."""
    for delta in t.deltas:
        if delta.name == i.uplink and t.seconds > 0 and delta.rx_bytes is not None and delta.tx_bytes is not None:
            return round(max(delta.rx_bytes, delta.tx_bytes) * 8 / t.seconds / 1e6, 2)
    return None
