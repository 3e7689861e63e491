"""Addresses, default routes, resolvers and leases, each with its origin, and what the settings ask for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts
from cpe_agent.facts import Addressing, Interfaces, NicKind
from cpe_agent.host import AddressSettings

if TYPE_CHECKING:
    from cpe_agent.facts import Lease
    from cpe_agent.host import Host

MAX_ADDRESSES, MAX_ROUTES, MAX_RESOLVERS, MAX_LEASES = 64, 32, 16, 16
_INSIDE = frozenset({NicKind.VIRTUAL, NicKind.LOOPBACK})


async def collect(host: Host, facts: Facts) -> Addressing:
    interfaces = facts[Interfaces]
    # A question of these three that the system does not answer leaves the whole section unmeasured: an empty list
    # would say "there is none".
    addresses, routes, resolvers, leases, settings = await asyncio.gather(
        host.local.addresses(), host.local.routes(), host.local.resolvers(), _leases(host), _settings(host)
    )
    ways = {route.nic for route in routes}
    inside = {nic.name for nic in interfaces.nics if nic.kind in _INSIDE and nic.name not in ways}
    kept = [address for address in addresses if address.nic not in inside and address.scope != "host"]
    kept.sort(key=lambda address: address.nic != interfaces.uplink)  # should the list be cut, then not there
    return Addressing(
        addresses=tuple(kept[:MAX_ADDRESSES]),
        routes=routes[:MAX_ROUTES],
        resolvers=resolvers.resolvers[:MAX_RESOLVERS],
        resolvers_total=resolvers.total,
        leases=tuple(lease for lease in leases if lease.nic not in inside)[:MAX_LEASES],
        dhcp_client=settings.dhcp_client,
        configured=settings.configured.get(interfaces.uplink) if interfaces.uplink is not None else None,
    )


async def _leases(host: Host) -> tuple[Lease, ...]:
    try:
        return await host.local.leases()
    except CannotMeasure:  # no lease known is what an empty list means here
        return ()


async def _settings(host: Host) -> AddressSettings:
    try:
        return await host.local.address_settings()
    except CannotMeasure:
        return AddressSettings(None, {})


COLLECTOR = Collector(collect=collect, makes=Addressing, needs=(Interfaces,), seconds=3.0)
