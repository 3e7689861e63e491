"""Firewalls and protection programs that are switched on, by what a Mac's programs print. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_agent.host.parse_linux import lines_of
from cpe_agent.host.protection import named

if TYPE_CHECKING:
    from cpe_agent.facts import Protection

FIREWALL = "macOS Firewall"
_STATE = re.compile(r"\(State = (\d)\)")
_NETWORK = "--- com.apple.system_extension.network_extension"


def read(firewall: str | None, extensions: str | None) -> Protection:
    """``firewall``: ``socketfilterfw --getglobalstate``, 0 is off. ``extensions``: ``systemextensionsctl list``."""
    state = _STATE.search(firewall[:512]) if firewall else None
    on = [FIREWALL] if state is not None and state[1] != "0" else []
    return named(_network_extensions(extensions or ""), on)


def _network_extensions(text: str) -> list[str]:
    """The names of those that are in force, between the headings of their kind and the next: columns apart by tabs,
    the name before the state."""
    found: list[str] = []
    wanted = False
    for line in lines_of(text, 512):
        if line.startswith("--- "):
            wanted = line.startswith(_NETWORK)
        elif wanted:
            columns = line.split("\t")
            if len(columns) >= 4 and columns[-1] == "[activated enabled]":
                found.append(columns[-2])
    return found
