"""The ladder: what stands on what between a computer and a web site. The closure is computed, never written."""

from __future__ import annotations

from enum import StrEnum


class Rung(StrEnum):
    """One thing that must work, in one segment. Lower ones first; the clock stands where it begins to matter, beside
    encrypted connections, so that a wrong clock on a dead line is not the headline."""

    DEVICE_OK = "device-ok"
    LINK = "link"
    ADDRESS = "address"
    GATEWAY = "gateway"
    LINE = "line"
    WAN_SESSION = "wan-session"
    INTERNET = "internet"
    OPEN = "open"
    DNS = "dns"
    CLOCK = "clock"
    TLS = "tls"
    WEB = "web"
    SITE = "site"


STANDS_ON: dict[Rung, tuple[Rung, ...]] = {
    Rung.DEVICE_OK: (),
    Rung.CLOCK: (Rung.DEVICE_OK,),
    Rung.LINK: (Rung.DEVICE_OK,),
    Rung.ADDRESS: (Rung.LINK,),
    Rung.GATEWAY: (Rung.ADDRESS,),
    Rung.LINE: (Rung.GATEWAY,),
    Rung.WAN_SESSION: (Rung.LINE,),
    Rung.INTERNET: (Rung.WAN_SESSION,),
    Rung.OPEN: (Rung.INTERNET,),
    Rung.DNS: (Rung.INTERNET,),
    Rung.TLS: (Rung.OPEN, Rung.CLOCK),
    Rung.WEB: (Rung.TLS, Rung.DNS),
    Rung.SITE: (Rung.WEB,),
}

SHARED = frozenset({Rung.DEVICE_OK, Rung.CLOCK, Rung.LINK, Rung.GATEWAY, Rung.LINE, Rung.WAN_SESSION})
"""Rungs that both address families stand on together; every other rung exists once a family."""

ORDER: tuple[Rung, ...] = tuple(Rung)


def below(rung: Rung) -> frozenset[Rung]:
    """Every rung that this one stands on, near and far, itself left out."""
    return _BELOW[rung]


def above(rung: Rung) -> frozenset[Rung]:
    """Every rung that stands on this one, near and far, itself left out."""
    return frozenset(r for r in Rung if rung in _BELOW[r])


def _closure() -> dict[Rung, frozenset[Rung]]:
    found: dict[Rung, frozenset[Rung]] = {}
    for rung in ORDER:  # the order of the enumeration is a topological one; test_ladder proves it
        near = STANDS_ON[rung]
        found[rung] = frozenset(near).union(*(found[r] for r in near))
    return found


_BELOW = _closure()
