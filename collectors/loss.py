"""How much is lost, and where: one burst to the router, to the first router beyond it and to a far end, at the same
time, so that all three see the same moment of the line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Outcome
from cpe_agent.early import together
from cpe_agent.facts import Addressing, Connect, Echo, Interfaces, Loss, LossLeg, Plan
from cpe_agent.gateways import physical_gateways
from cpe_agent.literals import family_of, first_of_each_family, with_scope
from cpe_agent.sign_of_life import lives

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from cpe_agent.collector import Facts
    from cpe_agent.facts import Route
    from cpe_agent.host import Host

_COUNT = 40  # two or more of them are lost on a line with 20 % loss in 99.8 % of bursts
_COUNT_DEEP = 300  # loss to within 5 points
_INTERVAL_S = 0.01
_AFTER_S = 0.6  # for the last answers
_LIFE_S = 0.8  # for a gateway's first sign of life, as long as its own section waits
_GRACE_S = 0.03  # for its echo, once a port of it has answered
_PORTS = (53, 80, 443)
_HOP_TRIES = 2  # pairs of packets that ask who the first router is
_HOP_WAIT_S = 0.4


async def _burst(host: Host, address: str, count: int) -> Echo:
    seconds = count * _INTERVAL_S + _AFTER_S
    return await host.net.echo(address, count=count, interval_s=_INTERVAL_S, timeout_s=seconds)


async def _burst_dns(host: Host, address: str, count: int) -> Echo:
    seconds = count * _INTERVAL_S + _AFTER_S
    return await host.net.echo_dns(address, count=count, interval_s=_INTERVAL_S, timeout_s=seconds)


async def _either(host: Host, address: str, count: int) -> Echo:
    """By ICMP and by DNS at once; ICMP's word counts unless it may not be sent, or draws nothing while DNS does: then
    it is filtered, and nothing is lost."""
    icmp, dns = await asyncio.gather(_burst(host, address, count), _burst_dns(host, address, count))
    if icmp.denied or (icmp.received == 0 and dns.received > 0):
        return dns
    return icmp


async def _sign_of_life(host: Host, route: Route) -> tuple[Echo | None, int | None] | None:
    """The gateway's answer to an echo, and a TCP port of it that answers; None when it is silent. Its own section
    (``Gateway``) looks longer; the burst need not wait for that."""
    assert route.gateway is not None
    gateway = route.gateway
    address = with_scope(gateway, route.nic)

    async def echo() -> Echo | Connect:
        return await host.net.echo(address, count=2, interval_s=_INTERVAL_S, timeout_s=_LIFE_S)

    async def ask(port: int) -> Echo | Connect:
        return await host.net.connect(address, port, timeout_s=_LIFE_S)

    def enough(answers: Mapping[str, Echo | Connect]) -> float | None:
        found = [a for a in answers.values() if lives(a, gateway)]
        return None if not found else 0.0 if any(isinstance(a, Echo) for a in found) else _GRACE_S

    answers = await together(
        {"echo": echo(), **{str(port): ask(port) for port in _PORTS}}, timeout_s=_LIFE_S + _GRACE_S, enough=enough
    )
    port = next((a.port for a in answers.values() if isinstance(a, Connect) and lives(a, gateway)), None)
    heard = next((a for a in answers.values() if isinstance(a, Echo) and a.received), None)
    if heard is not None or port is not None:
        return heard, port
    try:
        known = (await host.local.neighbours()).entries
    except CannotMeasure:
        return None
    # There are routers that answer nothing but ARP, and forward.
    arp = any(n.address == route.gateway and n.nic == route.nic and n.state == "reachable" for n in known)
    return (None, None) if arp else None


async def _gateway(host: Host, route: Route, heard: Echo | None, port: int | None, count: int) -> LossLeg:
    """By ICMP, and by handshakes with a port that answered where ICMP does not tell. Never by DNS: a forwarder passes
    the question on, so that loss on the line would look like loss at home."""
    assert route.gateway is not None
    address = with_scope(route.gateway, route.nic)
    if heard is None and port is not None:
        seconds = count * _INTERVAL_S + _AFTER_S
        echo = await host.net.echo_tcp(address, port, count=count, interval_s=_INTERVAL_S, timeout_s=seconds)
    else:
        echo = await _burst(host, address, count)
    return LossLeg("gateway", route.family, echo)


async def _first_hop(host: Host, far: str, count: int) -> LossLeg | None:
    """Who the first router beyond the home is, by two packets that die there; then an ordinary burst to it, because
    routers ration "time exceeded" (Linux: one a second after six) but not echo replies. One that answers no echo
    has no leg: that is a filter and no loss."""

    def heard(tries: Mapping[int, Echo]) -> float | None:
        return 0.0 if any(e.received for e in tries.values()) else None

    tries = await together(
        {turn: host.net.hop_echo(far, 2, count=2, interval_s=0.1, timeout_s=_HOP_WAIT_S) for turn in range(_HOP_TRIES)},
        timeout_s=_HOP_WAIT_S + 0.1,
        enough=heard,
    )
    router = next((e.address for e in tries.values() if e.received and e.address != far), None)
    if router is None:
        return None
    echo = await _burst(host, router, count)
    return LossLeg("first-hop", family_of(far), echo) if echo.received else None


async def _far(host: Host, far: str, count: int) -> LossLeg | None:
    return LossLeg("far", family_of(far), await _either(host, far, count))


async def _living(host: Host, routes: list[Route]) -> tuple[Route, Echo | None, int | None] | None:
    """The best route whose gateway is alive. All are asked at once; a silent one behind it is not waited for."""
    asked = [asyncio.ensure_future(_sign_of_life(host, route)) for route in routes]
    try:
        for route, task in zip(routes, asked, strict=True):
            sign = await task
            if sign is not None:
                return route, *sign
        return None
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def collect(host: Host, facts: Facts) -> Loss:
    plan, addressing = facts[Plan], facts[Addressing]
    routes = physical_gateways(addressing, facts[Interfaces])
    living = await _living(host, routes)
    if routes and living is None:
        raise CannotMeasure(Outcome.SKIPPED, "no gateway gave a sign of life")
    if not routes and not addressing.routes:
        raise CannotMeasure(Outcome.SKIPPED, "there is no way out")
    count = _COUNT_DEEP if plan.deep else _COUNT
    fars = first_of_each_family(plan, addressing)
    measures: list[Coroutine[Any, Any, LossLeg | None]] = []
    if living is not None:
        measures.append(_gateway(host, *living, count))
    if fars:
        measures.append(_first_hop(host, fars[0], count))
    measures += [_far(host, far, count) for far in fars]
    legs = await asyncio.gather(*measures)
    return Loss(interval_ms=_INTERVAL_S * 1000, legs=tuple(leg for leg in legs if leg is not None))


COLLECTOR = Collector(collect, makes=Loss, needs=(Plan, Addressing, Interfaces), seconds=6.0)
