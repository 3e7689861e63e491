"""The other stations of the home network: who is in the cache, who is alive, and does anybody else use our address?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts
from cpe_agent.facts import Addressing, Failure, Family, Interfaces, Neighbours, NicKind, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Neighbour
    from cpe_agent.host import Host

# A handful proves that the switch or radio between us works; more would only be noise in somebody's home.
MOST_ASKED = 16
ANSWER_S = 0.3
# A closed port on a living station answers with a reset at once; 80 is the one that home devices filter least.
PORT = 80
_ORDER = {"reachable": 0, "stale": 1}


def to_ask(entries: Sequence[Neighbour], uplink: str | None, not_these: set[str]) -> tuple[str, ...]:
    """Cached addresses on the uplink, the freshest first. Link-local IPv6 is left out: it is the same station again."""
    fit = [
        entry
        for entry in entries
        if entry.nic == uplink
        and entry.state in _ORDER
        and entry.address not in not_these
        and not (entry.family is Family.V6 and entry.address.lower().startswith("fe80"))
    ]
    fit.sort(key=lambda entry: (_ORDER[entry.state], entry.family is Family.V6))
    return tuple(dict.fromkeys(entry.address for entry in fit))[:MOST_ASKED]


async def _echoed(host: Host, address: str) -> bool | None:
    try:
        answer = await host.net.echo(address, count=1, timeout_s=ANSWER_S)
    except CannotMeasure:
        return None
    return None if answer.denied or answer.failure is Failure.NOT_PERMITTED else answer.received > 0


async def _connected(host: Host, address: str) -> bool | None:
    try:
        answer = await host.net.connect(address, PORT, timeout_s=ANSWER_S)
    except CannotMeasure:
        return None
    if answer.failure is Failure.NOT_PERMITTED:
        return None
    return answer.ok or answer.failure in (Failure.REFUSED, Failure.RESET)


async def alive(host: Host, address: str) -> bool | None:
    """A sign of life of any kind: an echo, a connection, or its refusal. None where this computer lets us ask for
    neither."""
    echoed, connected = await asyncio.gather(_echoed(host, address), _connected(host, address))
    return None if echoed is None and connected is None else bool(echoed or connected)


async def duplicate(
    host: Host, interfaces: Interfaces, addressing: Addressing, gateways: frozenset[str]
) -> bool | None:
    """Does another station answer for an address of ours? By the system's own duplicate detection, or by asking.

    This computer's other adapters on the same network answer too, and so do routers that answer for every address
    (proxy ARP, RFC 1027): neither is a stranger. ``gateways`` are the routers' hardware addresses."""
    not_strangers = gateways | {nic.mac for nic in interfaces.nics if nic.mac is not None}
    own_v4 = [a for a in addressing.addresses if a.nic == interfaces.uplink and a.family is Family.V4]
    if any(address.duplicate for address in own_v4):
        return True
    nic = next((nic for nic in interfaces.nics if nic.name == interfaces.uplink), None)
    if nic is None or nic.kind not in (NicKind.ETHERNET, NicKind.WIFI, NicKind.OTHER) or nic.carrier is False:
        return None
    own = next((address for address in own_v4 if address.origin is not Origin.PPP), None)
    if own is None:
        return None
    try:
        stations = await host.net.arp_macs(nic.name, own.address, timeout_s=ANSWER_S)
    except CannotMeasure:
        return None
    return bool(set(stations) - not_strangers)


async def collect(host: Host, facts: Facts) -> Neighbours:
    interfaces, addressing = facts[Interfaces], facts[Addressing]
    found = await host.local.neighbours()
    gateways = tuple(dict.fromkeys(route.gateway for route in addressing.routes if route.gateway is not None))
    own = {address.address for address in addressing.addresses}
    asked = to_ask(found.entries, interfaces.uplink, own | set(gateways))
    routers = frozenset(entry.mac for entry in found.entries if entry.address in gateways and entry.mac is not None)
    answers, twice = await asyncio.gather(
        asyncio.gather(*(alive(host, address) for address in asked)), duplicate(host, interfaces, addressing, routers)
    )
    return Neighbours(
        entries=found.entries,
        total=found.total,
        gateway_addresses=gateways,
        asked=sum(answer is not None for answer in answers),
        alive=tuple(address for address, answer in zip(asked, answers, strict=True) if answer),
        duplicate_own_address=twice,
    )


COLLECTOR = Collector(collect=collect, makes=Neighbours, needs=(Interfaces, Addressing), seconds=3.0)
