"""The way to a host as a table: every hop asked at once, no names looked up on the way."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from cpe_agent.facts import Failure, Hop
from cpe_agent.host import Host
from cpe_agent.words import ui

TIMEOUT_S = 1.0


class NoAddress(Exception):
    """The host's name gave no address."""


async def trace_text(host: Host, target: str, rounds: int) -> str:
    """The table. Raises ``NoAddress``, or ``CannotMeasure`` when the system allows no such probes."""
    address = await _address(host, target)
    hops = await host.net.trace(address, rounds=rounds, timeout_s=TIMEOUT_S)
    name = target if target == address else f"{target} ({address})"
    return f"way to {name}, {rounds} probes a hop, all at once\n" + table(hops)


async def _address(host: Host, target: str) -> str:
    try:
        return str(ip_address(target))
    except ValueError:
        found = await host.net.lookup(target)
        if not found.addresses:
            # Without a way out the system's own word for the failure is any one of several.
            failure = (found.failure or Failure.NODATA) if await host.local.routes() else Failure.NO_ROUTE
            why = ui(f"failure.{failure}")
            raise NoAddress(f"the name {target} could not be looked up: {why}") from None
        return found.addresses[0]


def table(hops: Sequence[Hop]) -> str:
    """One row a hop: number, address, loss, round trip. Silent hops at the end are one line."""
    last = max((h.ttl for h in hops if h.address is not None), default=0)
    lines = [f"{'hop':>4}  {'address':<40}{'loss':>6}{'ms':>9}"]
    for hop in hops:
        if hop.ttl > last:
            break
        loss = f"{100 * (hop.sent - hop.received) / hop.sent:.0f} %" if hop.sent else ""
        time = "" if hop.rtt_ms is None else f"{hop.rtt_ms:.1f}"
        said = f"  {hop.failure}" if hop.failure is not None else ("  reached" if hop.reached else "")
        lines.append(f"{hop.ttl:>4}  {hop.address or '(silent)':<40}{loss:>6}{time:>9}{said}")
    if not any(h.reached for h in hops):
        lines.append("      nothing answered beyond this" if last else "      nothing answered at all")
    lines.append("A silent hop, or loss at one hop that later hops do not show, is no fault: routers may stay silent.")
    return "\n".join(lines) + "\n"
