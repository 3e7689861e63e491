"""Does anything of the internet answer? Literal addresses of independent networks, by three protocols, all at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import Collector
from cpe_agent.early import together
from cpe_agent.facts import Addressing, Failure, Family, Interfaces, LiteralTarget, NicKind, Plan, Reach, ReachProbe
from cpe_agent.literals import asked_literals, family_of

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from cpe_agent.collector import Facts
    from cpe_agent.host import Host

_WAIT_S = 1.45
_RESEND_S = (0.5, 1.0)
_DOUBT_S = 0.4  # a network that works has answered by then; only after that is more asked
_LATER_S = 0.95
_MOST_NEAR = 4
PROVIDER = "provider"
_GRACE_S = 0.03  # for the rest, once every network answered
_TOLD_S = 0.3  # for the rest, once a router said that it knows no way: such answers are rationed (Linux: a few in a
#                burst, then one a second), so waiting for one a probe would be waiting for ever
_PHYSICAL = (NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR)
_NO_WAY = (Failure.NET_UNREACHABLE, Failure.HOST_UNREACHABLE, Failure.ADMIN_PROHIBITED)
_FAR_WORD = (Failure.NXDOMAIN, Failure.NODATA, Failure.SERVFAIL, Failure.DNS_REFUSED, Failure.TRUNCATED)
_OWN = (Failure.NOT_PERMITTED, Failure.NO_ROUTE, Failure.ADDRESS_UNUSABLE)

Key = tuple[str, str]  # protocol, address
Measures = dict[Key, "Coroutine[Any, Any, ReachProbe]"]


async def _tcp(host: Host, blank: ReachProbe, wait_s: float) -> ReachProbe:
    got = await host.net.connect(blank.address, 443, timeout_s=wait_s, nic=blank.nic)
    answered = got.ok or got.failure in (Failure.REFUSED, Failure.RESET) or got.failure_from == blank.address
    return blank._replace(answered=answered, ms=got.ms, failure=got.failure, failure_from=got.failure_from)


async def _udp(host: Host, blank: ReachProbe, wait_s: float, name: str) -> ReachProbe:
    got = await host.net.dns(blank.address, name, timeout_s=wait_s, resend_s=_RESEND_S, nic=blank.nic)
    answered = got.ok or got.failure in _FAR_WORD or got.failure_from == blank.address
    return blank._replace(
        answered=answered, ms=got.ms, failure=None if got.ok else got.failure, failure_from=got.failure_from
    )


async def _icmp(host: Host, blank: ReachProbe, wait_s: float) -> ReachProbe:
    got = await host.net.echo(blank.address, count=2, interval_s=_RESEND_S[0], timeout_s=wait_s, nic=blank.nic)
    answered = got.received > 0 or got.failure_from == blank.address
    return blank._replace(
        answered=answered,
        ms=got.rtt_min_ms,
        failure=None if got.received else got.failure,
        failure_from=got.failure_from,
        denied=got.denied,
    )


def _measures(
    host: Host, targets: list[LiteralTarget], name: str, nic: str | None, wait_s: float = _WAIT_S
) -> Measures:
    """TCP to every network first: when a router rations its "unreachable", each network still gets one."""
    found: Measures = {}
    for protocol in ("tcp", "udp", "icmp"):
        for target in targets:
            blank = ReachProbe(target.network, target.address, family_of(target.address), protocol, nic=nic)
            found[protocol, target.address] = (
                _tcp(host, blank, wait_s)
                if protocol == "tcp"
                else _udp(host, blank, wait_s, name)
                if protocol == "udp"
                else _icmp(host, blank, wait_s)
            )
    return found


async def _round(
    host: Host, targets: list[LiteralTarget], name: str, nic: str | None, gateways: frozenset[str], *, deep: bool
) -> tuple[ReachProbe, ...]:
    wanted = {(t.network, family_of(t.address)) for t in targets}

    def enough(probes: Mapping[Key, ReachProbe]) -> float | None:
        if deep:
            return None
        answered = {(p.network, p.family) for p in probes.values() if p.answered}
        if wanted <= answered:
            return _GRACE_S
        said = [p for p in probes.values() if not p.answered and (p.failure_from is not None or p.failure in _OWN)]
        told = {(p.network, p.family) for p in said}
        # The home router's own "no way out" goes for every network of that family, unless one answers after all.
        closed = {p.family for p in said if p.failure in _NO_WAY and p.failure_from in gateways}
        closed -= {family for _, family in answered}
        rest = {(network, family) for network, family in wanted - answered - told if family not in closed}
        return None if rest else _TOLD_S

    measures = _measures(host, targets, name, nic)
    order = list(measures)
    probes = await together(measures, timeout_s=_WAIT_S + 0.1, enough=enough)
    return tuple(probes[key] for key in order if key in probes)


def _near_targets(plan: Plan) -> list[LiteralTarget]:
    there = {target.address for target in plan.literals}
    found = [*plan.domestic, *(LiteralTarget(address, PROVIDER) for address in plan.resolvers)]
    return [t for t in found if t.address not in there and family_of(t.address) is Family.V4][:_MOST_NEAR]


async def _later(host: Host, targets: list[LiteralTarget], name: str, nic: str | None) -> tuple[ReachProbe, ...]:
    """A second look, begun only when the first is late and over before that is given up."""
    if not targets:
        return ()
    await asyncio.sleep(_DOUBT_S)
    probes = await together(_measures(host, targets, name, nic, _LATER_S), timeout_s=_LATER_S + 0.1)
    return tuple(probes.values())


def _second_way(addressing: Addressing, interfaces: Interfaces) -> str | None:
    """Another physical interface with a default route: a docking station, a phone, Wi-Fi beside a cable."""
    others = {nic.name for nic in interfaces.nics if nic.kind in _PHYSICAL and nic.name != interfaces.uplink}
    ways = [r for r in addressing.routes if r.family is Family.V4 and r.gateway is not None and r.nic in others]
    return min(ways, key=lambda r: r.metric).nic if ways else None


async def collect(host: Host, facts: Facts) -> Reach:
    """``bound`` is asked when any way out is not the physical interface: a tunnel, or a second default route. What lies
    inside the provider or this country, and a second way out, are asked when the far targets are late."""
    plan, addressing, interfaces = facts[Plan], facts[Addressing], facts[Interfaces]
    uplink = interfaces.uplink
    targets = asked_literals(plan, addressing)
    name = plan.names[0] if plan.names else "."
    ways = {route.nic for route in addressing.routes}
    gateways = frozenset(route.gateway for route in addressing.routes if route.gateway is not None)
    rounds = [_round(host, targets, name, None, gateways, deep=plan.deep)]
    elsewhere = uplink is not None and bool(ways - {uplink})
    if elsewhere:
        rounds.append(_round(host, targets, name, uplink, gateways, deep=plan.deep))
    second = _second_way(addressing, interfaces)
    far = [t for t in targets if family_of(t.address) is Family.V4] if second is not None else []
    later = asyncio.gather(
        _later(host, _near_targets(plan), name, uplink if elsewhere else None), _later(host, far, name, second)
    )
    try:
        done = await asyncio.gather(*rounds)
        silent = not any(p.answered or p.failure_from or p.failure in _OWN for probes in done for p in probes)
        inside, other = await later if silent or later.done() else ((), ())
    finally:
        later.cancel()
        await asyncio.gather(later, return_exceptions=True)
    return Reach(probes=done[0], bound=done[1] if len(done) > 1 else (), inside=inside, other=other)


COLLECTOR = Collector(collect, makes=Reach, needs=(Plan, Addressing, Interfaces), seconds=2.5)
