"""The way out: literal addresses, loss, the path."""

from __future__ import annotations

from ipaddress import ip_address

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.address import is_cgnat
from cpe_agent.facts import Failure, Family, Gateway, Loss, LossLeg, Path, Reach, ReachProbe

LOCAL = (Failure.NOT_PERMITTED, Failure.NO_ROUTE, Failure.ADDRESS_UNUSABLE)
"""Failures that never left this computer."""


def _probes(r: Reach, family: Family) -> list[ReachProbe]:
    """Bound to the physical way when there is another one: a working tunnel proves nothing about the line."""
    return [p for p in (r.bound or r.probes) if p.family is family and not p.denied]


def _networks(probes: list[ReachProbe]) -> int | None:
    return len({p.network for p in probes if p.answered}) if probes else None


@reading("reach.v4_networks", Reach)
def v4_networks(r: Reach) -> int | None:
    """How many independent public networks answered over IPv4, by any protocol, on the physical way."""
    return _networks(_probes(r, Family.V4))


@reading("reach.v6_networks", Reach)
def v6_networks(r: Reach) -> int | None:
    """How many independent public networks answered over IPv6, by any protocol, on the physical way."""
    return _networks(_probes(r, Family.V6))


def _by(r: Reach, protocol: str) -> int | None:
    return _networks([p for p in _probes(r, Family.V4) if p.protocol == protocol])


@reading("reach.v4_tcp_networks", Reach)
def v4_tcp_networks(r: Reach) -> int | None:
    """Networks that answered TCP 443 over IPv4."""
    return _by(r, "tcp")


@reading("reach.v4_udp_networks", Reach)
def v4_udp_networks(r: Reach) -> int | None:
    """Networks that answered DNS over UDP 53 over IPv4."""
    return _by(r, "udp")


@reading("reach.v4_icmp_networks", Reach)
def v4_icmp_networks(r: Reach) -> int | None:
    """Networks that answered echoes over IPv4."""
    return _by(r, "icmp")


@reading("reach.system_v4_networks", Reach)
def system_v4_networks(r: Reach) -> int | None:
    """Networks that answered over IPv4 the way this computer routes by itself (through a tunnel if there is one)."""
    return _networks([p for p in r.probes if p.family is Family.V4 and not p.denied])


PROVIDER = "provider"
"""The ``network`` of the provider's own resolvers among the near targets."""


@reading("reach.inside_answers", Reach)
def inside_answers(r: Reach) -> bool | None:
    """Something behind the first routers and short of the world abroad answered: the provider's own resolver, or an
    address of this country. Asked only where the far addresses are late."""
    probes = [p for p in r.inside if not p.denied]
    return any(p.answered for p in probes) if probes else None


@reading("reach.domestic_networks", Reach)
def domestic_networks(r: Reach) -> int | None:
    """How many other networks of this country answered, by the profile's list."""
    return _networks([p for p in r.inside if not p.denied and p.network != PROVIDER])


@reading("reach.other_v4_networks", Reach)
def other_v4_networks(r: Reach) -> int | None:
    """Networks that answered over IPv4 out of a second physical way. Asked only where the first is silent."""
    return _networks([p for p in r.other if p.family is Family.V4 and not p.denied])


@reading("reach.stopped_here", Reach)
def stopped_here(r: Reach) -> bool | None:
    """This computer's own filter forbids the way out. It says so for every datagram; a TCP packet that such a filter
    drops is only never answered."""
    probes = _probes(r, Family.V4)
    if not probes:
        return None
    said = sum(p.failure is Failure.NOT_PERMITTED for p in probes)
    silent = sum(p.protocol == "tcp" and p.failure is Failure.TIMED_OUT for p in probes)
    return said > 0 and said + silent == len(probes)


@reading("reach.names_forbidden_here", Reach)
def names_forbidden_here(r: Reach) -> bool | None:
    """This computer's own filter forbids every question by UDP, whatever else it lets out."""
    probes = [p for p in _probes(r, Family.V4) if p.protocol == "udp"]
    return all(p.failure is Failure.NOT_PERMITTED for p in probes) if probes else None


@reading("reach.no_route", Reach)
def no_route(r: Reach) -> bool | None:
    """Nothing could be sent: this computer has no route out, or its own filter keeps everything in."""
    probes = _probes(r, Family.V4)
    return all(p.failure in LOCAL for p in probes) or stopped_here.read(r) is True if probes else None


@reading("reach.gateway_says_unreachable", Reach, Gateway)
def gateway_says_unreachable(r: Reach, g: Gateway) -> bool | None:
    """The home router itself answered that it knows no way out (ICMP unreachable from its address)."""
    gateways = {x.address for x in g.gateways}
    probes = [p for p in (r.bound or r.probes) if not p.denied]
    if not probes:
        return None
    return any(
        p.failure in (Failure.NET_UNREACHABLE, Failure.HOST_UNREACHABLE) and p.failure_from in gateways for p in probes
    )


@reading("reach.gateway_prohibits", Reach, Gateway)
def gateway_prohibits(r: Reach, g: Gateway) -> bool | None:
    """The home router itself answered that it forbids the way (ICMP administratively prohibited)."""
    gateways = {x.address for x in g.gateways}
    probes = [p for p in (r.bound or r.probes) if not p.denied]
    if not probes:
        return None
    return any(p.failure is Failure.ADMIN_PROHIBITED and p.failure_from in gateways for p in probes)


@reading("path.provider_hop", Path)
def provider_hop(p: Path) -> bool | None:
    """A router beyond the home answered on the way out. Private addresses right behind the gateway prove nothing:
    they may be a second router of the home."""
    traces = [t for t in p.traces if not t.denied]
    if not traces:
        return None
    unclear = False
    for trace in traces:
        for hop in trace.hops:
            if hop.ttl < 2 or hop.address is None:
                continue
            if hop.reached or _outside_home(hop.address) or hop.ttl > 2:
                return True
            unclear = True
    return None if unclear else False


@reading("path.v4_provider_hop", Path)
def v4_provider_hop(p: Path) -> bool | None:
    """A router beyond the home answered on the way out over IPv4."""
    answer: bool | None = provider_hop.read(p._replace(traces=tuple(t for t in p.traces if t.family is Family.V4)))
    return answer


def _outside_home(address: str) -> bool:
    parsed = ip_address(address)
    return is_cgnat(address) if parsed.version == 4 and is_cgnat(address) else not parsed.is_private


@reading("path.last_hop", Path)
def last_hop(p: Path) -> int | None:
    """The farthest hop that answered, counted from this computer (the gateway is 1), over IPv4 where that was tried."""
    traces = [t for t in p.traces if not t.denied and t.family is Family.V4] or [t for t in p.traces if not t.denied]
    if not traces:
        return None
    return max((h.ttl for t in traces for h in t.hops if h.address is not None), default=0)


def leg(loss: Loss, where: str, family: Family | None = None) -> LossLeg | None:
    found = [x for x in loss.legs if x.where == where and not x.echo.denied and x.echo.sent >= 10]
    found = [x for x in found if family is None or x.family is family]
    return max(found, key=lambda x: x.echo.received, default=None)


def _percent(loss: Loss, where: str) -> float | None:
    found = leg(loss, where)
    if found is None:
        return None
    return round(100 * (found.echo.sent - found.echo.received) / found.echo.sent, 1)


@reading("loss.gateway_percent", Loss)
def gateway_percent(loss: Loss) -> float | None:
    """Packets lost between this computer and the router, in percent of at least ten."""
    return _percent(loss, "gateway")


@reading("loss.first_hop_percent", Loss)
def first_hop_percent(loss: Loss) -> float | None:
    """Packets lost up to the first router beyond the home."""
    return _percent(loss, "first-hop")


@reading("loss.far_percent", Loss)
def far_percent(loss: Loss) -> float | None:
    """Packets lost up to a far end."""
    return _percent(loss, "far")


@reading("loss.gateway_rtt_p95_ms", Loss)
def gateway_rtt_p95_ms(loss: Loss) -> float | None:
    """Round trip to the router that 95 in 100 stay under."""
    found = leg(loss, "gateway")
    return None if found is None else found.echo.rtt_p95_ms


@reading("loss.first_hop_rtt_median_ms", Loss)
def first_hop_rtt_median_ms(loss: Loss) -> float | None:
    """Median round trip to the first router beyond the home."""
    found = leg(loss, "first-hop")
    return None if found is None else found.echo.rtt_median_ms


def _in_both_halves(loss: Loss, where: str) -> bool | None:
    found = leg(loss, where)
    return None if found is None else found.echo.lost_first_half > 0 and found.echo.lost_second_half > 0


@reading("loss.first_hop_both_halves", Loss)
def first_hop_both_halves(loss: Loss) -> bool | None:
    """Loss up to the first hop showed in the first and in the second half of the burst."""
    return _in_both_halves(loss, "first-hop")


@reading("loss.far_both_halves", Loss)
def far_both_halves(loss: Loss) -> bool | None:
    """Loss up to the far end showed in the first and in the second half of the burst."""
    return _in_both_halves(loss, "far")


@reading("loss.first_hop_jitter_ms", Loss)
def first_hop_jitter_ms(loss: Loss) -> float | None:
    """How far the round trip to the first router beyond the home swings: the 95th percentile less the minimum."""
    found = leg(loss, "first-hop")
    if found is None or found.echo.rtt_p95_ms is None or found.echo.rtt_min_ms is None:
        return None
    return round(found.echo.rtt_p95_ms - found.echo.rtt_min_ms, 1)
