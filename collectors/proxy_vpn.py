"""The proxy setting and the tunnels: does the proxy answer, does the same far end answer without it, and which tunnel
has taken the way out?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.collector import CannotMeasure, Collector, Facts
from cpe_agent.facts import Addressing, Connect, Failure, Family, Interfaces, NicKind, Plan, ProxyVpn, Tunnel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import CaptiveTarget, HttpAnswer, Nic, Proxy, Route
    from cpe_agent.host import Host

LOOKUP_S, CONNECT_S, FETCH_S = 1.0, 1.0, 2.0
_WHOLE = {Family.V4: "0.0.0.0/0", Family.V6: "::/0"}
_HALVES = {Family.V4: {"0.0.0.0/1", "128.0.0.0/1"}, Family.V6: {"::/1", "8000::/1"}}


def tunnels(nics: Sequence[Nic], routes: Sequence[Route]) -> tuple[Tunnel, ...]:
    """Tunnels that are switched on. Of equal metrics the first in the system's own order counts as the better one."""
    taken: set[str] = set()
    for family in Family:
        mine = [route for route in routes if route.family is family]
        whole = sorted((r for r in mine if r.destination == _WHOLE[family]), key=lambda route: route.metric)
        taken.update(route.nic for route in whole[:1])
        for name in {route.nic for route in mine}:
            if {route.destination for route in mine if route.nic == name} >= _HALVES[family]:
                taken.add(name)
    own = [nic for nic in nics if nic.kind is NicKind.TUNNEL and nic.admin_up is not False]
    return tuple(Tunnel(nic.name, nic.name in taken) for nic in own)


async def _fetch(host: Host, target: CaptiveTarget, proxy: str | None) -> HttpAnswer | None:
    try:
        return await host.net.http(target.url, proxy=proxy, expect_body=target.body, timeout_s=FETCH_S)
    except CannotMeasure:
        return None


async def _direct_ok(host: Host, target: CaptiveTarget | None) -> bool | None:
    if target is None:
        return None
    answer = await _fetch(host, target, None)
    return None if answer is None else answer.status == target.status and answer.body_as_expected is not False


class Manual(NamedTuple):
    connect: Connect | None = None
    status: int | None = None
    failure: Failure | None = None


def _is_address(host: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def _manual(host: Host, proxy: Proxy, target: CaptiveTarget | None) -> Manual:
    """TCP to the proxy, then the plan's first plain page through it."""
    if proxy.host is None or proxy.port is None:
        return Manual()
    address = proxy.host
    if not _is_address(address):
        found = await host.net.lookup(address, timeout_s=LOOKUP_S)
        if not found.addresses:
            # Only "there is no such name" is about the proxy; a resolver that is silent is about the resolver.
            gone = found.failure in (Failure.NXDOMAIN, Failure.NODATA)
            connect = Connect(address, proxy.port, ok=False, failure=found.failure) if gone else None
            return Manual(connect, None, found.failure)
        address = found.addresses[0]
    connect = await host.net.connect(address, proxy.port, timeout_s=CONNECT_S)
    if not connect.ok or target is None:
        return Manual(connect, None, connect.failure)
    answer = await _fetch(host, target, f"[{address}]:{proxy.port}" if ":" in address else f"{address}:{proxy.port}")
    return Manual(connect, answer.status if answer else None, answer.failure if answer else None)


async def _script(host: Host, url: str | None) -> HttpAnswer | None:
    if url is None or not url.startswith(("http://", "https://")):
        return None
    try:
        return await host.net.http(url, timeout_s=FETCH_S)
    except CannotMeasure:
        return None


async def collect(host: Host, facts: Facts) -> ProxyVpn:
    plan = facts[Plan]
    ways = tunnels(facts[Interfaces].nics, facts[Addressing].routes)
    proxy = next(iter(await host.local.proxies()), None)
    if proxy is None or proxy.mode == "none":
        return ProxyVpn(proxy=proxy, tunnels=ways)
    target = plan.captive[0] if plan.captive else None
    manual, script, direct = await asyncio.gather(
        _manual(host, proxy, target) if proxy.mode == "manual" else _nothing(),
        _script(host, proxy.pac_url if proxy.mode == "pac" else None),
        _direct_ok(host, target),
    )
    return ProxyVpn(
        proxy=proxy,
        proxy_connect=manual.connect,
        proxy_status=manual.status,
        proxy_failure=manual.failure,
        pac_status=script.status if script else None,
        pac_failure=script.failure if script else None,
        direct_ok=direct,
        tunnels=ways,
    )


async def _nothing() -> Manual:
    return Manual()


COLLECTOR = Collector(collect=collect, makes=ProxyVpn, needs=(Plan, Interfaces, Addressing), seconds=5.0)
