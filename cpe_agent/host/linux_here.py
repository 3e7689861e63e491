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
    from cpe_agent.host.netlink_rows import RouteRow

_INSIDE = (NicKind.TUNNEL, NicKind.PPP, NicKind.LOOPBACK, NicKind.VIRTUAL)
_APART_S = 0.1
_heard: dict[tuple[int, str], bytes] = {}


def look(links: Links, looks: int = 1) -> Here | None:
    """None where no router tells this home from another, or the system does not tell its starts apart. ``looks``: how
    often, 0.1 s apart, the router's neighbour entry is looked for; a run's own first packets make it."""
    ways = [r for r in linux_tables.default_routes(links) if r.gateway and links.kinds[r.if_index] not in _INSIDE]
    boot, age = read_text("/proc/sys/kernel/random/boot_id", 64), uptime_s(read_text("/proc/uptime", 64) or "")
    router = _station(ways[0], looks) if ways else None
    return None if router is None or not boot or age is None else Here(router, boot.strip().encode(), age, time.time())


def _station(way: RouteRow, looks: int) -> bytes | None:
    """The router's hardware address; its IP address is the same in a million homes. One that fell silent in this run
    is still known from the beginning of it."""
    key = way.if_index, way.gateway or ""
    for turn in range(looks):
        if turn:
            time.sleep(_APART_S)
        for payload in netlink.dump(netlink.RTM_GETNEIGH, most=linux_tables.MAX_NEIGHBOURS):
            row = netlink_rows.neighbour(payload)
            if row and row.station and (row.if_index, row.address) == key:
                _heard[key] = row.station
                return row.station
    return _heard.get(key)
