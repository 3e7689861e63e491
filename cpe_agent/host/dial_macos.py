"""What macOS says about the connections it dials: ``scutil --nc`` and the log of its pppd, /var/log/ppp.log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import DialEntry
from cpe_agent.host.dial_pppd import entries as pppd_entries
from cpe_agent.host.dial_pppd import of_exit_status
from cpe_agent.host.log_line import own_file
from cpe_agent.host.parse_linux import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_STATES = {"Connected": "connected", "Connecting": "connecting", "Disconnecting": "idle", "Disconnected": "idle"}
_KINDS = {"PPPoE": "pppoe", "L2TP": "l2tp", "PPTP": "pptp", "PPPSerial": "cellular", "Modem": "cellular"}
# * (Disconnected)   0F0E...  PPP --> PPPoE      "name"      [PPP:PPPoE]
_SERVICE = re.compile(r"[ *]{0,4}\((\w{1,20})\) +([0-9A-Fa-f-]{36}) .{0,512}\[(\w{1,20})(?::([\w.-]{1,64}))?\]$")
_CAUSE = re.compile(r"(LastCause|DeviceLastCause) : (\d{1,9})$")
_NO_SERVER = (1, 2, 3, 4)  # no server, or none with this service or name
_REFUSED = 5


class Service(NamedTuple):
    identifier: str  # what ``scutil --nc status`` is asked about
    entry: DialEntry


def services(text: str) -> list[Service]:
    """``scutil --nc list``. Names are passed over: they often hold a person's."""
    found = []
    for line in lines_of(text, 64):
        service = _SERVICE.match(line)
        if service and service[1] in _STATES:
            kind = _KINDS.get(service[4], "vpn") if service[3] in ("PPP", "VPN") else "vpn"
            state = _STATES[service[1]]
            found.append(
                Service(service[2], DialEntry(kind, state, "scutil", stage="open" if state == "connected" else None))
            )
    return found


def status(text: str, kind: str) -> DialEntry | None:
    """``scutil --nc status ID``: a word, then a dictionary in which PPP may keep the cause of its last end: pppd's exit
    status, and the device's own (PPPoE: 1 no server ... 5 refused). It does not say when, so it has no age."""
    lines = list(lines_of(text, 256))
    state = _STATES.get(lines[0]) if lines else None
    if state is None:
        return None
    if state == "connected":
        return DialEntry(kind, state, "scutil", stage="open")
    causes = {found[1]: int(found[2]) for line in lines[1:] if (found := _CAUSE.match(line))}
    cause = causes.get("LastCause", 0)
    device = causes.get("DeviceLastCause") or cause >> 8 & 0xFF
    if state == "idle" and kind == "pppoe" and device in (*_NO_SERVER, _REFUSED):
        reason = "no_answer" if device in _NO_SERVER else None
        return DialEntry(kind, "failed", "scutil", device, "discovery", reason)
    failed = of_exit_status(cause & 0xFF, kind, None) if state == "idle" else None
    return DialEntry(kind, state, "scutil") if failed is None else failed._replace(source="scutil")


def log_entries(text: str, now: float) -> list[DialEntry]:
    """ppp.log: pppd's own words behind a stamp in local time."""
    return pppd_entries(own_file(text, "pppd"), now)


def merged(entries: Iterable[DialEntry], log: Iterable[DialEntry]) -> list[DialEntry]:
    """One entry a kind: what the log says in place of an end that the system keeps without a time."""
    told = {entry.kind: entry for entry in log}
    return [told.get(entry.kind, entry) if entry.state == "failed" else entry for entry in entries]
