"""What NetworkManager says about the PPPoE connections that it dials (by a pppd of its own): its journal lines, its
list of connections and its word on a device (NMDeviceStateReason).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_agent.facts import DialEntry
from cpe_agent.host.dial_pppd import WINDOW_S, of_exit_status
from cpe_agent.host.parse_linux import lines_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from cpe_agent.host.log_line import LogLine

PROGRAM = "NetworkManager"
_MOST_DEVICES = 64
_STARTING = re.compile(r"device \((\S{1,32})\): Activation: starting connection .{1,256} \(([0-9a-f-]{36})\)")
_CHANGE = re.compile(
    r"device \((\S{1,32})\): state change: ([a-z-]{1,24}) -> ([a-z-]{1,24}) \(reason '([a-z0-9-]{1,40})'"
)
_EXITED = re.compile(r"pppd pid \d{1,9} exited with error (\d{1,3}): ")
_PPP_REASONS = ("ppp-start-failed", "ppp-disconnect", "ppp-failed")
_PPP_NUMBERS = ("12", "13", "14")  # the same three
_DOWN = ("30", "120")  # disconnected, failed (NMDeviceState)
_MODEM = ("ttyUSB", "ttyACM", "cdc-wdm", "wwan")


def pppoe_connections(text: str) -> frozenset[str]:
    """``nmcli -t -f UUID,TYPE,STATE connection show``: the UUIDs of the saved PPPoE connections."""
    rows = (line.split(":") for line in lines_of(text, 256))
    return frozenset(row[0] for row in rows if len(row) == 3 and row[1] == "pppoe")


def entries(lines: Iterable[LogLine], pppoe: Collection[str], now: float) -> list[DialEntry]:
    """The last PPPoE attempt of NetworkManager, when it failed. ``pppoe``: the UUIDs of such connections; without one,
    only a reason that is PPP's own tells that it was PPP."""
    dialling: dict[str, bool] = {}
    status: int | None = None
    failed: DialEntry | None = None
    for line in sorted(lines, key=lambda line: line.at):
        if line.program != PROGRAM or not now - WINDOW_S <= line.at <= now:
            continue
        if started := _STARTING.search(line.text):
            if len(dialling) < _MOST_DEVICES:
                dialling[started[1]] = started[2] in pppoe
            status = None
        elif exited := _EXITED.search(line.text):
            status = int(exited[1])
        elif (change := _CHANGE.search(line.text)) and not change[1].startswith(_MODEM):
            ppp = change[4] in _PPP_REASONS or dialling.get(change[1], False)
            if not ppp:
                continue
            if change[3] == "failed":
                failed = _failure(change[4], status, round(now - line.at, 1))
            elif change[3] in ("activated", "deactivating"):
                failed = None  # it came up, or somebody took it down
    return [] if failed is None else [failed]


def _failure(reason: str, status: int | None, age_s: float) -> DialEntry:
    if reason == "no-secrets":
        return DialEntry("pppoe", "failed", "networkmanager", None, "local", "no_secret", age_s)
    known = None if status is None else of_exit_status(status, "pppoe", age_s)
    if known is not None:
        return known._replace(source="networkmanager")
    return DialEntry("pppoe", "failed", "networkmanager", None, None, None, age_s)


def of_devices(blocks: Sequence[Mapping[str, str]]) -> list[DialEntry]:
    """``nmcli device show``: a device that is down because PPP failed. It does not say when, so it has no age."""
    return [
        DialEntry("pppoe", "failed", "networkmanager")
        for block in blocks[:_MOST_DEVICES]
        if block.get("GENERAL.STATE", "").split(" ")[0] in _DOWN
        and block.get("GENERAL.REASON", "").split(" ")[0] in _PPP_NUMBERS
        and not block.get("GENERAL.DEVICE", "").startswith(_MODEM)
    ][:1]
