"""What else is known about this place before a login is sent: is it behind a router, and is a session up?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from cpe_agent.collector import CannotMeasure
from cpe_agent.facts import Family, NicKind

if TYPE_CHECKING:
    from cpe_agent.facts import Nic
    from cpe_agent.host import Host

LOOK_S = 1.5
_SEARCH_S = 0.45
_CALL_S = 0.6
_UP = ("connected", "up")


class Surroundings(NamedTuple):
    """None: not known. ``gateway``: this interface has a default gateway, so a router stands before the line.
    ``session_up``: a session of this home that a second login could end. ``wired``: it is a network cable's."""

    gateway: bool | None = None
    session_up: bool | None = None
    wired: bool | None = None


async def look(host: Host, interface: str) -> Surroundings:
    """Never raises and never lasts longer than ``LOOK_S``: a state that cannot be read is unknown."""
    known = Surroundings()
    try:
        async with asyncio.timeout(LOOK_S):
            routes = await host.local.routes()
            gateways = [r.gateway for r in routes if r.nic == interface and r.gateway is not None]
            known = Surroundings(gateway=bool(gateways), wired=await _wired(host, interface))
            entries = await host.local.dial_entries()
            if any(entry.kind == "pppoe" and entry.state == "connected" for entry in entries):
                return known._replace(session_up=True)
            four = [r.gateway for r in routes if r.nic == interface and r.gateway and r.family is Family.V4]
            if four:
                return known._replace(session_up=await _router_connected(host, four[0]))
    except (CannotMeasure, TimeoutError):
        pass
    return known


async def _wired(host: Host, interface: str) -> bool | None:
    try:
        nics = (await host.local.nics()).nics
    except CannotMeasure:
        return None
    return next((nic.kind is NicKind.ETHERNET for nic in nics if nic.name == interface), None)


async def _router_connected(host: Host, gateway: str) -> bool | None:
    """The router's own word over UPnP (WANPPPConnection:1, WANIPConnection:1); None when it says nothing."""
    search = await host.net.ssdp(gateway, timeout_s=_SEARCH_S)
    locations = [a.location for a in search.answers if a.sender == gateway and _of_host(a.location, gateway)]
    if not locations:
        return None
    description = await host.net.igd_description(locations[0], timeout_s=_CALL_S)
    said = None
    for service in description.services:
        if service.service not in ("WANPPPConnection", "WANIPConnection"):
            continue
        answer = await host.net.igd_call(service.control_url, service.service_type, "GetStatusInfo", timeout_s=_CALL_S)
        status = answer.values.get("NewConnectionStatus", "").lower()
        if status in _UP:
            return True
        said = False if status else said
    return said


def _of_host(location: str, sender: str) -> bool:
    try:
        return urlsplit(location).hostname == sender
    except ValueError:
        return False


def wired_up(nics: tuple[Nic, ...]) -> list[str]:
    """The wired interfaces that are up: where a login test can start."""
    return [n.name for n in nics if n.kind is NicKind.ETHERNET and n.admin_up is not False and n.carrier is not False]
