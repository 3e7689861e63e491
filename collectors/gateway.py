"""Does the router answer? Echo, three TCP ports and a DNS question at once; the first sign of life is enough."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector
from cpe_agent.early import together
from cpe_agent.facts import (
    Addressing,
    Connect,
    DnsAnswer,
    Echo,
    Family,
    Gateway,
    GatewayLook,
    Interfaces,
    Plan,
)
from cpe_agent.gateways import physical_gateways
from cpe_agent.literals import with_scope
from cpe_agent.sign_of_life import lives

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_agent.collector import Facts
    from cpe_agent.facts import Route
    from cpe_agent.host import Host

_PORTS = (53, 80, 443)
_WAIT_S = 0.8
_RESEND_S = 0.3
_SLACK_S = 0.1  # probes end at their own time and say so; cutting them off at that very moment loses the answer
_GRACE_S = 0.03  # for the other answers, once the first is there
_ARP_S = 0.04
_ARP_DEEP_S = 0.5

Answer = Echo | Connect | DnsAnswer


def _in_subnet(route: Route, addressing: Addressing) -> bool | None:
    assert route.gateway is not None
    own = [a for a in addressing.addresses if a.nic == route.nic and a.family is route.family]
    if not own:
        return None
    gateway = ip_address(route.gateway.partition("%")[0])
    if gateway.is_link_local and route.family is Family.V6:
        return True
    return any(gateway in ip_interface(f"{a.address.partition('%')[0]}/{a.prefix_len}").network for a in own)


async def _stations(host: Host, route: Route, *, deep: bool) -> int | None:
    if route.family is Family.V6 or route.gateway is None:
        return None
    try:
        return len(await host.net.arp_macs(route.nic, route.gateway, timeout_s=_ARP_DEEP_S if deep else _ARP_S))
    except CannotMeasure:
        return None  # an ordinary user may not ask; the count stays unknown


async def _look(host: Host, route: Route, addressing: Addressing, plan: Plan) -> GatewayLook:
    assert route.gateway is not None
    gateway = route.gateway
    address = with_scope(gateway, route.nic)
    name = plan.names[0] if plan.names else "."

    def enough(answers: Mapping[str, Answer]) -> float | None:
        return _GRACE_S if any(lives(a, gateway) for a in answers.values()) else None

    async def ask(port: int) -> Answer:
        return await host.net.connect(address, port, timeout_s=_WAIT_S)

    async def echo() -> Answer:
        return await host.net.echo(address, count=2, interval_s=_RESEND_S, timeout_s=_WAIT_S)

    async def question() -> Answer:
        return await host.net.dns(address, name, timeout_s=_WAIT_S, resend_s=(_RESEND_S,))

    measures = {"echo": echo(), **{f"tcp {port}": ask(port) for port in _PORTS}, "dns": question()}
    answers, stations = await asyncio.gather(
        together(measures, timeout_s=_WAIT_S + _SLACK_S, enough=enough), _stations(host, route, deep=plan.deep)
    )
    return GatewayLook(
        address=gateway,
        family=route.family,
        nic=route.nic,
        in_subnet=_in_subnet(route, addressing),
        macs_seen=stations,
        echo=next((a for a in answers.values() if isinstance(a, Echo)), None),
        tcp=tuple(a for key in measures if isinstance(a := answers.get(key), Connect)),
        dns=next((a for a in answers.values() if isinstance(a, DnsAnswer)), None),
    )


async def collect(host: Host, facts: Facts) -> Gateway:
    addressing = facts[Addressing]
    routes = physical_gateways(addressing, facts[Interfaces])
    looks = await asyncio.gather(*(_look(host, route, addressing, facts[Plan]) for route in routes))
    if not looks:
        return Gateway()
    try:
        cache = {(n.nic, n.address): n for n in (await host.local.neighbours()).entries}
    except CannotMeasure:
        cache = {}
    found = []
    for look in looks:
        entry = cache.get((look.nic, look.address))
        found.append(look if entry is None else look._replace(neighbour_state=entry.state, mac=entry.mac))
    return Gateway(tuple(found))


COLLECTOR = Collector(collect, makes=Gateway, needs=(Plan, Addressing, Interfaces), seconds=2.0)
