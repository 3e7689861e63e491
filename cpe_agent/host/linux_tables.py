"""The kernel's tables as they stand: interfaces, addresses, ways out, neighbours. Blocking; bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Address, Family, Neighbour, NicKind
from cpe_agent.host import NeighbourList, linux_nics, linux_origin, netlink, netlink_rows
from cpe_agent.host.hardware_address import station
from cpe_agent.host.netlink_rows import AF_INET, AF_INET6, AddressRow, LinkRow, RouteRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cpe_agent.facts import Lease
    from cpe_agent.host.linux_settings import Settings

MAX_LINKS, MAX_ADDRESSES, MAX_ROUTES, MAX_RULES, MAX_NEIGHBOURS = 4096, 8192, 65536, 1024, 4096
ADDRESSES_KEPT, ROUTES_KEPT, NEIGHBOURS_KEPT = 512, 64, 256
FAMILY = {AF_INET: Family.V4, AF_INET6: Family.V6}
_SCOPE = {253: "link", 254: "host"}
_STATE_ORDER = {"reachable": 0, "stale": 1, "incomplete": 2, "failed": 3}


class Links(NamedTuple):
    """``kinds`` and ``names`` by interface index."""

    rows: tuple[LinkRow, ...]
    kinds: dict[int, NicKind]
    names: dict[int, str]


def read_links(sysfs: Path) -> Links:
    payloads = netlink.dump(netlink.RTM_GETLINK, most=MAX_LINKS)
    rows = tuple(row for payload in payloads if (row := netlink_rows.link(payload)))
    return Links(rows, linux_nics.kinds(rows, sysfs), {row.if_index: row.name for row in rows})


def address_rows(links: Links) -> list[AddressRow]:
    """Those of real interfaces first, should there be more than are kept."""
    payloads = netlink.dump(netlink.RTM_GETADDR, most=MAX_ADDRESSES)
    rows = [row for payload in payloads if (row := netlink_rows.address(payload)) and row.if_index in links.names]
    inside = (NicKind.VIRTUAL, NicKind.LOOPBACK)
    return sorted(rows, key=lambda row: links.kinds[row.if_index] in inside)[:ADDRESSES_KEPT]


def address(row: AddressRow, links: Links, leases: Sequence[Lease], settings: Settings) -> Address:
    nic, kind = links.names[row.if_index], links.kinds[row.if_index]
    return Address(
        nic=nic,
        family=FAMILY[row.family],
        address=row.address,
        prefix_len=row.prefix_len,
        origin=linux_origin.of_address(row, nic, kind, leases, settings),
        scope=_SCOPE.get(row.scope, "global"),
        valid_s=row.valid_s,
        tentative=bool(row.flags & netlink_rows.IFA_F_TENTATIVE),
        duplicate=_duplicate(row.family, row.flags),
    )


def _duplicate(family: int, flags: int) -> bool | None:
    """Linux looks for a second owner of IPv6 addresses only (RFC 4862, section 5.4)."""
    if flags & netlink_rows.IFA_F_DADFAILED:
        return True
    if family != AF_INET6 or flags & (netlink_rows.IFA_F_TENTATIVE | netlink_rows.IFA_F_NODAD):
        return None
    return False


def default_routes(links: Links) -> list[RouteRow]:
    """Main table, best metric first; before it, what a policy rule sends into a tunnel for every packet."""
    first: list[RouteRow] = []
    main: list[RouteRow] = []
    for family in FAMILY:
        rules = netlink.dump(netlink.RTM_GETRULE, family, most=MAX_RULES)
        tables = {table for payload in rules if (table := netlink_rows.catch_all_table(payload))}
        for payload in netlink.dump(netlink.RTM_GETROUTE, family, most=MAX_ROUTES):
            for row in netlink_rows.routes(payload):
                # A kernel without IPv6 answers the question for every family it has.
                if row.family != family or row.if_index not in links.names:
                    continue
                if row.table == netlink_rows.MAIN_TABLE:
                    main.append(row)
                elif row.table in tables and links.kinds[row.if_index] in (NicKind.TUNNEL, NicKind.PPP):
                    first.append(row._replace(metric=0))
    main.sort(key=lambda row: row.metric)
    return [*first, *main][:ROUTES_KEPT]


def neighbours(links: Links) -> NeighbourList:
    """The gateways' entries first, then the liveliest."""
    gateways = {row.gateway for row in default_routes(links)}
    payloads = netlink.dump(netlink.RTM_GETNEIGH, most=MAX_NEIGHBOURS)
    rows = [row for payload in payloads if (row := netlink_rows.neighbour(payload)) and row.if_index in links.names]
    rows.sort(key=lambda row: (row.address not in gateways, _STATE_ORDER[row.state]))
    entries = tuple(
        Neighbour(links.names[row.if_index], FAMILY[row.family], row.address, station(row.station), row.state)
        for row in rows[:NEIGHBOURS_KEPT]
    )
    return NeighbourList(entries, len(rows))
