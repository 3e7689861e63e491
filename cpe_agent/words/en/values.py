"""English words for the values inside a sentence: yes and no, units, and what the system or the router calls a thing."""

from __future__ import annotations

PHRASES: dict[str, str] = {
    "yes": "yes",
    "no": "no",
    "none": "none",
    "listed": "{first}, {rest}",
    "apart": "{first}; {rest}",
    "more-than": "more than {n}",
    "at-least": "at least {n}",
    "less-than": "less than {n}",
    "unit.ms": "{n} ms",
    "unit.percent": "{n} %",
    "unit.mbps": "{n} Mbit/s",
    "unit.dbm": "{n} dBm",
    "unit.db": "{n} dB",
    # how a computer is connected, where a setting came from
    "ethernet": "cable",
    "wifi": "Wi-Fi",
    "cellular": "mobile network",
    "ppp": "dial-up",
    "tunnel": "tunnel",
    "other": "something else",
    "dhcp": "DHCP",
    "ra": "router advertisement",
    "static": "hand",
    "link_local": "itself",
    "unknown": "unknown",
    "half": "half",
    "full": "full",
    # states of a connection, a service, a line
    "running": "running",
    "stopped": "stopped",
    "failed": "failed",
    "connected": "connected",
    "connecting": "connecting",
    "disconnected": "disconnected",
    "unconfigured": "not set up",
    "up": "up",
    "down": "down",
    "training": "starting",
    "private": "private",
    "public": "public",
    "timed_out": "no answer",
    "refused": "refused",
    "unreachable": "not reachable",
}

COUNTED: dict[str, tuple[str, str]] = {
    "seconds": ("{n} second", "{n} seconds"),
    "minutes": ("{n} minute", "{n} minutes"),
    "hours": ("{n} hour", "{n} hours"),
    "days": ("{n} day", "{n} days"),
}
