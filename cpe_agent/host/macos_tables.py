"""A Mac's tables as its programs print them: ``netstat -rn``, ``arp -an``, ``ndp -an``. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from cpe_agent.facts import Family
from cpe_agent.host.macos_nics import mac_bytes
from cpe_agent.host.parse_linux import ip_text, lines_of

MAX_ROUTES, MAX_NEIGHBOURS = 64, 4096

# netstat(1) leaves out what is zero: 0/1 and 128.0/1 are the halves that tunnels use.
_DESTINATIONS = {
    (Family.V4, "default"): "0.0.0.0/0",
    (Family.V4, "0/0"): "0.0.0.0/0",
    (Family.V4, "0/1"): "0.0.0.0/1",
    (Family.V4, "128/1"): "128.0.0.0/1",
    (Family.V4, "128.0/1"): "128.0.0.0/1",
    (Family.V4, "128.0.0.0/1"): "128.0.0.0/1",
    (Family.V6, "default"): "::/0",
    (Family.V6, "::/0"): "::/0",
    (Family.V6, "::/1"): "::/1",
    (Family.V6, "8000::/1"): "8000::/1",
}
_HEADINGS = {"Internet:": Family.V4, "Internet6:": Family.V6}
_ARP = re.compile(r"\S{1,255} \((\S{7,15})\) at (\S{1,20}) on (\S{1,16})(.{0,128})$")
_EXPIRES = re.compile(r"(\d{1,6}[dhms]){1,4}|permanent|expired|now")
# ndp(8): the second column after the interface. P, D and S were reachable and are not asked or not sure yet.
_ND_STATES = {"R": "reachable", "S": "stale", "D": "stale", "P": "stale", "I": "incomplete", "N": "incomplete"}
_UNSPECIFIED = ("0.0.0.0", "::", "fe80::")  # noqa: S104 - a route without a gateway


class Way(NamedTuple):
    """A default route or one half of it. ``scoped``: only for what is bound to that interface (RTF_IFSCOPE)."""

    family: Family
    destination: str
    gateway: str | None
    nic: str
    scoped: bool


class Seen(NamedTuple):
    family: Family
    address: str
    nic: str
    mac: bytes | None
    state: str


def ways(text: str) -> tuple[Way, ...]:
    """``netstat -rn``. A way that rejects or swallows (flags R, B) is none."""
    found: list[Way] = []
    family, column = None, None
    for line in lines_of(text):
        words = line.split()
        if words[0] in _HEADINGS and len(words) == 1:
            family, column = _HEADINGS[words[0]], None
        elif words[0] == "Destination":
            column = words.index("Netif") if "Netif" in words else None
        elif family is not None and column is not None and len(words) > column and len(found) < MAX_ROUTES:
            destination, flags = _DESTINATIONS.get((family, words[0])), words[2]
            if destination and "U" in flags and not {"R", "B"} & set(flags):
                found.append(Way(family, destination, _gateway(words[1], family), words[column], "I" in flags))
    return tuple(found)


def _gateway(word: str, family: Family) -> str | None:
    address = ip_text(word.partition("%")[0])
    if address is None or address in _UNSPECIFIED or (":" in address) is not (family is Family.V6):
        return None  # link#6: a way without one
    return address


def arp(text: str) -> list[Seen]:
    """``arp -an``. An entry stays for twenty minutes after its last word, and the table does not say when that was: it
    is *stale*. What is permanent is this computer's own or a group's."""
    found = []
    for line in lines_of(text, MAX_NEIGHBOURS):
        row = _ARP.match(line)
        address = ip_text(row[1]) if row else None
        if row is None or address is None or " permanent" in row[4]:
            continue
        mac = mac_bytes(row[2])
        if mac is not None and mac[0] & 1:
            continue
        found.append(Seen(Family.V4, address, row[3], mac, "stale" if mac else "incomplete"))
    return found


def ndp(text: str) -> list[Seen]:
    """``ndp -an``."""
    found = []
    for line in lines_of(text, MAX_NEIGHBOURS):
        words = line.split()
        address = ip_text(words[0].partition("%")[0])
        if len(words) < 5 or address is None or ":" not in address or words[3] == "permanent":
            continue
        mac = mac_bytes(words[1])
        if mac is not None and mac[0] & 1:
            continue
        state = _ND_STATES.get(words[4]) if _EXPIRES.fullmatch(words[3]) else None
        if mac is None:
            state = "incomplete"
        found.append(Seen(Family.V6, address, words[2][:16], mac, state or "stale"))
    return found
