"""Connections that this Linux computer itself dials: PPP interfaces of pppd, and what NetworkManager has in hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cpe_agent.facts import DialEntry, NicKind
from cpe_agent.host.bounded_file import files_in, read_text
from cpe_agent.host.netlink_rows import IFF_UP, LinkRow
from cpe_agent.host.parse_linux import lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAX_ENTRIES = 16
_NM_KINDS = {"pppoe": "pppoe", "vpn": "vpn", "wireguard": "vpn", "gsm": "cellular", "cdma": "cellular"}
_NM_STATES = {"activated": "connected", "activating": "connecting"}


def nm_active(text: str) -> list[DialEntry]:
    """``nmcli -t -f UUID,TYPE,STATE connection show``; a state is there only while a connection is in use. Names are
    not asked for: they often hold a person's."""
    found = []
    for line in lines_of(text, 256):
        _, kind, state = (*line.split(":"), "", "", "")[:3]
        if kind in _NM_KINDS and state not in ("", "--"):
            word = _NM_STATES.get(state, "idle")
            found.append(
                DialEntry(_NM_KINDS[kind], word, "networkmanager", stage="open" if word == "connected" else None)
            )
    return found


def has_profile(root: Path) -> bool:
    """Is a connection of pppd's set up here? The folder of its profiles is hidden from ordinary users on Debian, whose
    own set-up program leaves a word in interfaces(5)."""
    return bool(files_in(root / "etc/ppp/peers")) or "inet ppp" in (read_text(root / "etc/network/interfaces") or "")


def dials_a_provider(root: Path) -> bool | None:
    """Is one of them for a provider's line, PPPoE or a tunnel, with a user name? Debian's packages bring patterns that
    nobody has filled in, one of them for a telephone modem. None where they may not be read."""
    if "inet ppp" in (read_text(root / "etc/network/interfaces") or ""):
        return True
    peers = root / "etc/ppp/peers"
    if peers.exists() and not os.access(peers, os.R_OK | os.X_OK):
        return None
    texts = [read_text(file) for file in files_in(peers)]
    if any(_is_filled_in(text) for text in texts if text is not None):
        return True
    return None if None in texts else False


def _is_filled_in(profile: str) -> bool:
    lines = [line.strip() for line in lines_of(profile, 256)]
    said = [line for line in lines if not line.startswith("#")]
    by_wire = any(word in line for line in said for word in ("pppoe", "l2tp", "pptp"))
    return by_wire and any(line.startswith(("user ", "user\t", "name ", "name\t")) for line in said)


def session_kind(root: Path) -> str:
    """What carries the PPP sessions of this system, out of the kernel's own tables: PPPoE (a heading, then one line a
    session, its number in hexadecimal first) and PPPoL2TP (``SESSION 'name' ...``); ``vpn`` when neither holds one."""
    pppoe = read_text(root / "proc/net/pppoe") or ""
    if any(line[0] in "0123456789ABCDEF" for line in lines_of(pppoe, 64)):
        return "pppoe"
    l2tp = read_text(root / "proc/net/pppol2tp") or ""
    return "l2tp" if any(line.startswith("SESSION '") for line in lines_of(l2tp, 256)) else "vpn"


def ppp_interfaces(root: Path, rows: Sequence[LinkRow], kinds: Mapping[int, NicKind]) -> list[DialEntry]:
    """pppd makes its interface when the link is there, and sets it up once an address is agreed (IPCP)."""
    own = [row for row in rows if kinds[row.if_index] is NicKind.PPP]
    kind = session_kind(root) if own else ""
    return [
        DialEntry(kind, "connected", "pppd", stage="open")
        if row.flags & IFF_UP
        else DialEntry(kind, "connecting", "pppd")
        for row in own
    ]
