"""The leg between this computer and its router under a burst of packets, and the queue of the uplink behind it.

The router's own answers may be slow or rate-limited while it forwards perfectly (RFC 1812 4.3.2.8). So a bad figure of
the first leg counts only as far as the legs behind it confirm it: what a farther end shows clears the nearer one.
"""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings import wifi
from cpe_agent.diagnose.readings.out import leg
from cpe_agent.facts import Interfaces, Loss, Reach, Router, Traffic, Wifi

ENOUGH = 40
"""Packets of a burst that make a statement of a few percent: two lost of forty are five percent."""


@reading("reach.networks", Reach)
def networks(r: Reach) -> int | None:
    """Independent public networks that answered over either family, on the physical way."""
    probes = [p for p in (r.bound or r.probes) if not p.denied]
    return len({p.network for p in probes if p.answered}) if probes else None


@reading("home.loss_percent", Loss)
def loss_percent(loss: Loss) -> float | None:
    """Packets lost between this computer and the router, no more than a leg behind it confirms."""
    first = leg(loss, "gateway")
    behind = [x for x in (leg(loss, "first-hop"), leg(loss, "far")) if x is not None and x.echo.received > 0]
    if first is None or first.echo.sent < ENOUGH or first.echo.received == 0 or not behind:
        return None  # a router that ignores echoes loses nothing
    return min(round(100 * (x.echo.sent - x.echo.received) / x.echo.sent, 1) for x in (first, *behind))


@reading("home.rtt_p95_ms", Loss)
def rtt_p95_ms(loss: Loss) -> float | None:
    """Round trip to the router that 95 in 100 stay under, no more than the far end confirms."""
    first, far = leg(loss, "gateway"), leg(loss, "far")
    if first is None or far is None or first.echo.rtt_p95_ms is None or far.echo.rtt_p95_ms is None:
        return None
    return min(first.echo.rtt_p95_ms, far.echo.rtt_p95_ms)


@reading("line.rtt_rise_ms", Loss)
def rtt_rise_ms(loss: Loss) -> float | None:
    """How far the round trip to the first router beyond the home rose above its own best during the run."""
    hop = leg(loss, "first-hop")
    if hop is None or hop.echo.rtt_p95_ms is None or hop.echo.rtt_min_ms is None:
        return None
    return round(hop.echo.rtt_p95_ms - hop.echo.rtt_min_ms, 1)


def _mbps(count: int | None, seconds: float) -> float | None:
    return None if count is None or seconds <= 0 else round(8 * count / seconds / 1e6, 3)


@reading("link.sent_mbps", Interfaces, Traffic)
def sent_mbps(i: Interfaces, t: Traffic) -> float | None:
    """What this computer sent on its uplink during the run."""
    return next((_mbps(d.tx_bytes, t.seconds) for d in t.deltas if d.name == i.uplink), None)


@reading("link.traffic_mbps", Interfaces, Traffic)
def traffic_mbps(i: Interfaces, t: Traffic) -> float | None:
    """What this computer sent and received on its uplink during the run."""
    for d in t.deltas:
        if d.name == i.uplink and d.tx_bytes is not None and d.rx_bytes is not None:
            return _mbps(d.tx_bytes + d.rx_bytes, t.seconds)
    return None


@reading("link.sent_share_of_line", Interfaces, Traffic, Router)
def sent_share_of_line(i: Interfaces, t: Traffic, r: Router) -> float | None:
    """What this computer sent, as a share of the upstream rate that the router reports for its line."""
    sent = sent_mbps.read(i, t)
    rates = [s.up_bps for igd in r.igds if igd.is_gateway for s in igd.samples if s.up_bps]
    return round(sent / (rates[-1] / 1e6), 2) if sent is not None and rates else None


@reading("link.sent_packets", Interfaces, Traffic)
def sent_packets(i: Interfaces, t: Traffic) -> int | None:
    """Packets that left this computer on its uplink during the run."""
    return next((d.tx_packets for d in t.deltas if d.name == i.uplink), None)


@reading("router.down_mbps", Router)
def down_mbps(r: Router) -> float | None:
    """Downstream rate that the router reports for its line."""
    rates = [s.down_bps for igd in r.igds if igd.is_gateway for s in igd.samples if s.down_bps]
    return round(rates[-1] / 1e6, 1) if rates else None


@reading("router.page_ms", Router)
def page_ms(r: Router) -> float | None:
    """How long the router took for its own page, or how long it was awaited in vain after it took the connection."""
    return None if r.page is None else r.page.ms


@reading("wifi.rate_below_line", Wifi, Router)
def radio_below_line(w: Wifi, r: Router) -> bool | None:
    """The radio's rate is lower than the rate that the router reports for its line."""
    radio, line = wifi.rate_mbps.read(w), down_mbps.read(r)
    return None if radio is None or line is None else radio < line
