"""Where an address, route or resolver came from, from everything a Linux system says about it. Pure.

The rule: a permanent address on a bare Linux is *unknown*. It is static only when a settings file writes it out,
because "static" puts the fault on the customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.facts import NicKind, Origin
from cpe_agent.host.netlink_rows import (
    AF_INET,
    IFA_F_PERMANENT,
    IFAPROT_KERNEL_RA,
    RTPROT_DHCP,
    RTPROT_RA,
    RTPROT_STATIC,
    AddressRow,
    RouteRow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_agent.facts import Lease
    from cpe_agent.host.linux_settings import Settings


def of_address(row: AddressRow, nic: str, kind: NicKind, leases: Sequence[Lease], settings: Settings) -> Origin:
    if row.address.startswith(("fe80:", "169.254.")):
        return Origin.LINK_LOCAL
    if kind in (NicKind.PPP, NicKind.TUNNEL):
        return Origin.PPP if kind is NicKind.PPP else Origin.TUNNEL
    if any(lease.nic == nic and lease.address == row.address for lease in leases):
        return Origin.DHCP
    # Only a DHCP client or a router advertisement gives an address a finite life.
    finite = not row.flags & IFA_F_PERMANENT and row.valid_s is not None
    if row.family == AF_INET:
        if finite:
            return Origin.DHCP
    elif row.protocol == IFAPROT_KERNEL_RA:
        return Origin.RA
    elif finite:
        # DHCPv6 hands out single addresses (RFC 8415 gives no prefix length: clients write /128), SLAAC needs a /64.
        return Origin.DHCP if row.prefix_len == 128 else Origin.RA
    if row.address in settings.addresses:
        return Origin.STATIC
    return Origin.UNKNOWN


def of_route(row: RouteRow, nic: str, kind: NicKind, leases: Sequence[Lease], settings: Settings) -> Origin:
    if kind in (NicKind.PPP, NicKind.TUNNEL):
        return Origin.PPP if kind is NicKind.PPP else Origin.TUNNEL
    if row.protocol == RTPROT_DHCP:
        return Origin.DHCP
    if row.protocol == RTPROT_RA:
        return Origin.RA
    if row.gateway is not None and any(lease.nic == nic and lease.router == row.gateway for lease in leases):
        return Origin.DHCP
    # "proto static" is also what a script may write; only with the settings' word for it is it somebody's choice.
    if row.protocol == RTPROT_STATIC and settings.configured.get(nic) == "static":
        return Origin.STATIC
    return Origin.UNKNOWN


def of_resolver(
    address: str, leases: Sequence[Lease], settings: Settings, dynamic: Mapping[str, Origin]
) -> tuple[Origin, str | None]:
    """(origin, nic). What a lease offers comes first: a server that is both written down and offered is no mistake of
    the customer's. ``dynamic``: what resolvconf's or networkd's own state says."""
    for lease in leases:
        if address in lease.resolvers:
            return Origin.DHCP, lease.nic
    nic = settings.dns_nic.get(address)
    if address in dynamic:
        return dynamic[address], nic
    return (Origin.STATIC if address in settings.resolvers else Origin.UNKNOWN), nic
