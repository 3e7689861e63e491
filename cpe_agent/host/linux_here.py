"""Which home this is and which start of this computer, on Linux. What identifies them goes nowhere but into a hash."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpe_agent.facts import NicKind
from cpe_agent.host import linux_tables, netlink, netlink_rows
from cpe_agent.host.bounded_file import read_text
from cpe_agent.host.history import Here
from cpe_agent.host.parse_linux import uptime_s

if TYPE_CHECKING:
    from cpe_agent.host.linux_tables import Links

_INSIDE = (NicKind.TUNNEL, NicKind.PPP, NicKind.LOOPBACK, NicKind.VIRTUAL)
_LOOKS, _APART_S = 3, 0.1  # the run's own first packets make the router's neighbour entry


def look(links: Links) -> Here | None:
    """None without a router, or when the system does not tell its starts apart."""
    ways = [r for r in linux_tables.default_routes(links) if r.gateway and links.kinds[r.if_index] not in _INSIDE]
    boot, age = read_text("/proc/sys/kernel/random/boot_id", 64), uptime_s(read_text("/proc/uptime", 64) or "")
    if not ways or not boot or age is None:
        return None
    return Here(_home(ways[0]), boot.strip().encode(), age, time.time())


def _home(way: netlink_rows.RouteRow) -> bytes:
    """The router's hardware address: its IP address is the same in a million homes. That one only when nothing
    answers for it; such a run then counts only beside others of the kind."""
    for turn in range(_LOOKS):
        if turn:
            time.sleep(_APART_S)
        for payload in netlink.dump(netlink.RTM_GETNEIGH, most=linux_tables.MAX_NEIGHBOURS):
            row = netlink_rows.neighbour(payload)
            if row and row.station and (row.if_index, row.address) == (way.if_index, way.gateway):
                return row.station
    return (way.gateway or "").encode()
