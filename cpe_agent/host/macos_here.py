"""Which home this is and which start of this Mac. What identifies them goes nowhere but into a hash."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpe_agent.host import macos_system
from cpe_agent.host.history import Here
from cpe_agent.host.macos_commands import SYSCTL

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.host.macos_commands import Commands
    from cpe_agent.host.macos_tables import Seen, Way

_APART_S = 0.12
_heard: dict[tuple[str, str], bytes] = {}


def look(way: Way | None, seen: Callable[[], list[Seen]], commands: Commands, looks: int = 1) -> Here | None:
    """None where no router tells this home from another, or the system does not tell its starts apart. ``looks``: how
    often the router's neighbour entry is looked for; a run's own first packets make it."""
    values = macos_system.sysctls(commands.said(SYSCTL, "kern.boottime", "kern.bootsessionuuid") or "")
    boot, age = values.get("kern.bootsessionuuid"), macos_system.boot_age_s(values, time.time())
    router = _station(way, seen, looks) if way is not None else None
    return None if router is None or not boot or age is None else Here(router, boot.encode(), age, time.time())


def _station(way: Way, seen: Callable[[], list[Seen]], looks: int) -> bytes | None:
    """The router's hardware address; its IP address is the same in a million homes. One that fell silent in this run
    is still known from the beginning of it."""
    key = way.nic, way.gateway or ""
    for turn in range(looks):
        if turn:
            time.sleep(_APART_S)
        for one in seen():
            if one.mac and (one.nic, one.address) == key:
                _heard[key] = one.mac
                return one.mac
    return _heard.get(key)
