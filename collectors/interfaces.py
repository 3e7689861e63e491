"""The network interfaces, and which of them is (or should be) the way to the router."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts
from cpe_agent.facts import Family, Interfaces, NicKind, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Address, Nic, Route
    from cpe_agent.host import Host

HARDWARE = frozenset({NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR})
# A bond, a VLAN or a bridge over hardware carries the address in the hardware's place.
CARRIES = HARDWARE | {NicKind.OTHER}
DEFAULTS = ("0.0.0.0/0", "::/0")


def choose_uplink(nics: Sequence[Nic], routes: Sequence[Route], addresses: Sequence[Address]) -> str | None:
    """The interface with the best default route (IPv4 before IPv6); without one, the hardware that looks most used.

    Tunnels and virtual interfaces are never it: what is asked for is the way to the router, not the way of the packets.
    """
    able = {nic.name: nic for nic in nics if nic.kind in CARRIES and nic.admin_up is not False}
    defaults = [route for route in routes if route.destination in DEFAULTS and route.nic in able]
    if defaults:
        return min(defaults, key=lambda route: (route.family is not Family.V4, route.metric)).nic
    owners = {a.nic for a in addresses if a.scope == "global" and a.origin is not Origin.LINK_LOCAL}

    def rank(nic: Nic) -> tuple[bool, bool, bool, bool]:
        return (
            nic.carrier is not False and nic.name in owners,
            nic.carrier is True,
            nic.admin_up is True,
            # Of two dead ones, the one that ever heard anything is the one that is missed: a laptop's empty wired
            # socket says nothing about the Wi-Fi that it lives on.
            bool(nic.rx_packets or nic.rx_bytes),
        )

    hardware = [nic for nic in nics if nic.kind in HARDWARE]
    return max(hardware, key=rank).name if hardware else None


async def collect(host: Host, _facts: Facts) -> Interfaces:
    found, routes, addresses = await asyncio.gather(host.local.nics(), _routes(host), _addresses(host))
    return Interfaces(
        nics=found.nics,
        total=found.total,
        uplink=choose_uplink(found.nics, routes, addresses),
        hardware_seen=found.hardware_seen,
    )


async def _routes(host: Host) -> tuple[Route, ...]:
    try:
        return await host.local.routes()
    except CannotMeasure:  # only one of several hints for the choice
        return ()


async def _addresses(host: Host) -> tuple[Address, ...]:
    try:
        return await host.local.addresses()
    except CannotMeasure:
        return ()


COLLECTOR = Collector(collect=collect, makes=Interfaces, seconds=3.0)
