"""What a Mac was given and what was set up on it: leases and network services of the interfaces that could lead to a
router, all asked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host import macos_settings
from cpe_agent.host.macos_commands import IPCONFIG, NETWORKSETUP
from cpe_agent.host.macos_origin import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Lease
    from cpe_agent.host.macos_commands import Commands

MOST = 4  # interfaces, and services: three programs for each at most


class Setup(NamedTuple):
    leases: tuple[Lease, ...]
    settings: Settings


def read(nics: Sequence[str], commands: Commands) -> Setup:
    nics = nics[:MOST]
    listed = commands.said(NETWORKSETUP, "-listnetworkserviceorder") or ""
    services = [one for one in macos_settings.services(listed) if one.enabled and one.device in nics][:MOST]
    packets = [(IPCONFIG, "getpacket", nic) for nic in nics]
    infos = [(NETWORKSETUP, "-getinfo", service.name) for service in services]
    servers = [(NETWORKSETUP, "-getdnsservers", service.name) for service in services]
    said = [text or "" for text in commands.all_said([*packets, *infos, *servers])]
    leases = [macos_settings.lease(nic, said.pop(0)) for nic in nics]
    configured: dict[str, str] = {}
    addresses: set[tuple[str, str]] = set()
    for service in services:
        info = said.pop(0)
        if way := macos_settings.configured(info):
            configured.setdefault(service.device, way)
        if address := macos_settings.written_address(info):
            addresses.add((service.device, address))
    written = {one for text in said for one in macos_settings.written_servers(text)}
    return Setup(
        tuple(one for one in leases if one is not None),
        Settings(configured, frozenset(addresses), frozenset(written)),
    )
