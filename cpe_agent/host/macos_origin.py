"""Where an address, a route or a resolver of a Mac came from. Pure. Static is only what its settings write out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Family, NicKind, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Lease
    from cpe_agent.host.macos_nics import Inet
    from cpe_agent.host.macos_settings import Server
    from cpe_agent.host.macos_tables import Way


class Settings(NamedTuple):
    """``configured``: nic -> dhcp | static. ``addresses``: (nic, address), ``servers``: resolvers, as written down."""

    configured: dict[str, str]
    addresses: frozenset[tuple[str, str]]
    servers: frozenset[str]


_BY_KIND = {NicKind.PPP: Origin.PPP, NicKind.TUNNEL: Origin.TUNNEL}


def of_address(one: Inet, nic: str, kind: NicKind, leases: Sequence[Lease], settings: Settings) -> Origin:
    if one.address.startswith(("fe80:", "169.254.")):
        return Origin.LINK_LOCAL
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if any(lease.nic == nic and lease.address == one.address for lease in leases):
        return Origin.DHCP
    if "autoconf" in one.flags:
        return Origin.RA
    if "dynamic" in one.flags:  # DHCPv6
        return Origin.DHCP
    return Origin.STATIC if (nic, one.address) in settings.addresses else Origin.UNKNOWN


def of_route(way: Way, kind: NicKind, leases: Sequence[Lease], settings: Settings) -> Origin:
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if any(lease.nic == way.nic and lease.router == way.gateway for lease in leases):
        return Origin.DHCP
    if way.family is Family.V6:
        # Only a router names itself by its link-local address.
        return Origin.RA if (way.gateway or "").startswith("fe80:") else Origin.UNKNOWN
    return Origin.STATIC if settings.configured.get(way.nic) == "static" else Origin.UNKNOWN


def of_resolver(server: Server, kinds: dict[str, NicKind], leases: Sequence[Lease], settings: Settings) -> Origin:
    """What a lease offers comes first: one that is both written down and offered is no mistake of the customer's."""
    if any(server.address in lease.resolvers for lease in leases):
        return Origin.DHCP
    if server.address in settings.servers:
        return Origin.STATIC
    return _BY_KIND.get(kinds.get(server.nic or "", NicKind.OTHER), Origin.UNKNOWN)
