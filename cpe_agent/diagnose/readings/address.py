"""Addresses, default routes and tunnels."""

from __future__ import annotations

from ipaddress import ip_address

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.link import WAYS_OUT, carriers_of
from cpe_agent.facts import Address, Addressing, Family, Interfaces, NicKind, Origin, ProxyVpn


def _on_ways_out(a: Addressing, i: Interfaces, family: Family) -> list[Address]:
    carriers = carriers_of(i)
    return [x for x in a.addresses if x.family is family and x.nic in carriers]


def _usable(addresses: list[Address]) -> bool:
    return any(x.scope == "global" and x.origin is not Origin.LINK_LOCAL and not x.tentative for x in addresses)


@reading("address.v4_usable", Addressing, Interfaces)
def v4_usable(a: Addressing, i: Interfaces) -> bool:
    """An IPv4 address other than 169.254/16 stands on a physical adapter."""
    return _usable(_on_ways_out(a, i, Family.V4))


@reading("address.v6_usable", Addressing, Interfaces)
def v6_usable(a: Addressing, i: Interfaces) -> bool:
    """A global IPv6 address stands on a physical adapter."""
    return _usable(_on_ways_out(a, i, Family.V6))


@reading("address.v4_default_route", Addressing)
def v4_default_route(a: Addressing) -> bool:
    """An IPv4 default route exists."""
    return any(r.family is Family.V4 for r in a.routes)


@reading("address.v6_default_route", Addressing)
def v6_default_route(a: Addressing) -> bool:
    """An IPv6 default route exists."""
    return any(r.family is Family.V6 for r in a.routes)


@reading("address.v4_origin", Addressing, Interfaces)
def v4_origin(a: Addressing, i: Interfaces) -> str | None:
    """Where the uplink's IPv4 address came from; unknown origins are no answer."""
    origins = {x.origin for x in a.addresses if x.family is Family.V4 and x.nic == i.uplink}
    origins -= {Origin.LINK_LOCAL}
    if len(origins) != 1 or Origin.UNKNOWN in origins:
        return None
    return next(iter(origins)).value


@reading("address.dhcp_client", Addressing)
def dhcp_client(a: Addressing) -> str | None:
    """State of the system's own address client: running or stopped."""
    return a.dhcp_client


@reading("address.cgnat", Addressing, Interfaces)
def dialled_cgnat(a: Addressing, i: Interfaces) -> bool | None:
    """This computer dials itself and was given a carrier-grade NAT address (RFC 6598, 100.64/10)."""
    dialled = {n.name for n in i.nics if n.kind is NicKind.PPP}
    own = [x for x in a.addresses if x.nic in dialled and x.family is Family.V4]
    return any(is_cgnat(x.address) for x in own) if own else None


@reading("vpn.takes_default", ProxyVpn)
def vpn_takes_default(p: ProxyVpn) -> bool:
    """A tunnel carries this computer's traffic instead of the home line."""
    return any(t.takes_default for t in p.tunnels)


@reading("route.ways", Addressing, Interfaces)
def ways(a: Addressing, i: Interfaces) -> int:
    """How many physical adapters hold a default route."""
    physical = {n.name for n in i.nics if n.kind in WAYS_OUT}
    return len({r.nic for r in a.routes if r.nic in physical})


def is_cgnat(address: str) -> bool:
    """RFC 6598 shared address space."""
    return address.startswith("100.") and 64 <= int(address.split(".")[1]) <= 127


def address_kind(address: str | None) -> str | None:
    """none | private | cgnat | public; None when the text is no address."""
    if address is None:
        return None
    if address in ("", "0.0.0.0", "::"):  # noqa: S104  # compared, never bound
        return "none"
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if parsed.version == 4 and is_cgnat(address):
        return "cgnat"
    return "private" if parsed.is_private or parsed.is_link_local else "public"


@reading("address.static_here", Addressing, Interfaces)
def static_here(a: Addressing, i: Interfaces) -> bool | None:
    """This computer's settings or address say that the address was typed in by hand. A bare system that does not say
    where its address came from leaves it open."""
    origins = {x.origin for x in a.addresses if x.nic == i.uplink and x.family is Family.V4}
    if a.configured == "static" or Origin.STATIC in origins:
        return True
    return None if a.configured is None and Origin.UNKNOWN in origins else False


@reading("address.duplicate", Addressing, Interfaces)
def duplicate(a: Addressing, i: Interfaces) -> bool | None:
    """The system found another station that uses this computer's own IPv4 address (RFC 5227)."""
    told = [x.duplicate for x in a.addresses if x.nic == i.uplink and x.family is Family.V4]
    known = [x for x in told if x is not None]
    return any(known) if known else None
