"""The way out hop by hop, and how large a packet passes it."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.address import address_kind
from cpe_agent.facts import Family, Path, PathMtu


@reading("path.v6_provider_hop", Path)
def v6_provider_hop(p: Path) -> bool | None:
    """A router beyond the home answered on the way out over IPv6."""
    traces = [t for t in p.traces if not t.denied and t.family is Family.V6]
    if not traces:
        return None
    hops = [h for t in traces for h in t.hops if h.ttl > 1 and h.address is not None]
    return any(h.reached or address_kind(h.address) == "public" or h.ttl > 2 for h in hops)


@reading("path.second_hop", Path)
def second_hop(p: Path) -> str | None:
    """Kind of the address of the router right behind the gateway: private, cgnat, public."""
    hops = [h for t in p.traces if not t.denied and t.family is Family.V4 for h in t.hops]
    return next((address_kind(h.address) for h in hops if h.ttl == 2 and h.address is not None), None)


def _silent(p: Path) -> PathMtu | None:
    """A measurement where a size vanished with no word although a smaller one passed."""
    return next(
        (m for m in p.mtu if m.silent_from is not None and m.largest_ok is not None and m.reported is None), None
    )


@reading("path.mtu_vanishes_from", Path)
def mtu_vanishes_from(p: Path) -> int | None:
    """Smallest packet (whole IP packet, bytes) that vanishes on the way with no "too big" from anybody, while smaller
    ones pass; 0 when nothing vanishes so."""
    if not p.mtu:
        return None
    found = _silent(p)
    return 0 if found is None or found.silent_from is None else found.silent_from


WIRE_MTU = 1472  # what common tunnels leave of Ethernet's 1500; a path that carries this much starves no handshake


@reading("path.mtu_unclear", Path)
def mtu_unclear(p: Path) -> bool | None:
    """Small packets passed and larger ones drew no answer and no "too big", by questions that a server may also ignore
    for their size."""
    if not p.mtu:
        return None
    unsaid = [m for m in p.mtu if m.silent_from is None and m.reported is None and m.largest_ok is not None]
    return any(m.largest_ok is not None and m.largest_ok < WIRE_MTU for m in unsaid)


@reading("path.mtu_passes", Path)
def mtu_passes(p: Path) -> int | None:
    """Largest packet (whole IP packet, bytes) that passes where larger ones vanish; else the largest that passed."""
    found = _silent(p)
    if found is not None:
        return found.largest_ok
    known = [m.largest_ok for m in p.mtu if m.largest_ok is not None]
    return max(known) if known else None
