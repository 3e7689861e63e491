"""Which home this is and which start of this computer, on Windows. What identifies them goes nowhere but into a
hash."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpe_agent.host import windows_api, windows_registry
from cpe_agent.host.history import Here

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_agent.host.windows_tables import Station, Way

# A number that the kernel raises by one at every start; the time of the start moves when the clock is set.
_STARTS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
_APART_S = 0.1
_heard: dict[tuple[int, str], bytes] = {}


def look(ways: Sequence[Way], stations: Callable[[], list[Station]], looks: int = 1) -> Here | None:
    """None where no router tells this home from another, or the system does not tell its starts apart. ``looks``: how
    often, 0.1 s apart, the router's neighbour entry is looked for; a run's own first packets make it."""
    boot = windows_registry.number(windows_registry.values(_STARTS), "BootId")
    way = next((way for way in ways if way.gateway is not None), None)
    router = None if way is None or boot is None else _station(way, stations, looks)
    if router is None:
        return None
    return Here(router, str(boot).encode(), windows_api.since_boot_ms() / 1000, time.time())


def _station(way: Way, stations: Callable[[], list[Station]], looks: int) -> bytes | None:
    """The router's hardware address. One that fell silent in this run is still known from the beginning of it."""
    key = way.if_index, way.gateway or ""
    for turn in range(looks):
        if turn:
            time.sleep(_APART_S)
        for one in stations():
            if one.mac is not None and (one.if_index, one.address) == key:
                _heard[key] = one.mac
                return one.mac
    return _heard.get(key)
