"""Wi-Fi on a Mac: CoreWLAN through pyobjc where that is installed, else what ``system_profiler`` says, else only what
``networksetup`` and ``ifconfig`` do. Names and stations leave hashed.

Without the user's consent to Location Services macOS hides names and stations (``<redacted>`` since macOS 14); signal,
channel and rate it tells anybody.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.facts import WifiLink, WifiNetwork
from cpe_agent.host import WifiLook
from cpe_agent.host.hardware_address import network_name, station_of_text
from cpe_agent.host.linux_wifi import GUEST, MAX_SCAN, number_in, whole
from cpe_agent.host.macos_commands import NETWORKSETUP, SYSTEM_PROFILER

if TYPE_CHECKING:
    from cpe_agent.host.macos_commands import Commands

MAX_LINKS = 4
# It looks for networks first, and on some Macs that takes longer than a whole run: those tell less here.
PROFILER_S = 2.8
_HIDDEN = "<redacted>"


class Air(NamedTuple):
    """One adapter; ``ssid`` and ``bssid`` are still clear and go no further than this package."""

    on: bool | None = None
    associated: bool | None = None
    ssid: str | None = None
    bssid: str | None = None
    rssi_dbm: int | None = None
    channel: int | None = None
    tx_rate_mbps: float | None = None


def power(text: str) -> bool | None:
    """``networksetup -getairportpower NIC``: ``Wi-Fi Power (en0): On``."""
    return {"On": True, "Off": False}.get(text.strip().rpartition(": ")[2])


def airport(text: str) -> tuple[dict[str, Air], tuple[WifiNetwork, ...]]:
    """``system_profiler SPAirPortDataType -json``: (adapters by name, networks around). The networks are empty where
    their names are hidden: a list without names would say that the customer's own is not there."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return {}, ()
    found: dict[str, Air] = {}
    around: list[WifiNetwork] = []
    for data in _list(_dict(plain).get("SPAirPortDataType")):
        for one in _list(_dict(data).get("spairport_airport_interfaces")):
            name = _text(_dict(one).get("_name"))
            if name is None or len(found) == MAX_LINKS:
                continue
            status = _text(_dict(one).get("spairport_status_information")) or ""
            joined = _dict(_dict(one).get("spairport_current_network_information"))
            found[name] = Air(
                on=False if status.endswith("_off") else (True if status else None),
                associated=bool(joined) or (False if status else None),
                ssid=_name(joined.get("_name")),
                bssid=_text(joined.get("spairport_network_bssid")),
                rssi_dbm=_signal(joined.get("spairport_signal_noise")),
                channel=_channel(joined.get("spairport_network_channel")),
                tx_rate_mbps=_number(joined.get("spairport_network_rate")),
            )
            around += _around(_dict(one).get("spairport_airport_other_local_wireless_networks"))
    named = any(network.ssid is not None for network in around)
    return found, tuple(around[:MAX_SCAN]) if named else ()


def _around(plain: Any) -> list[WifiNetwork]:
    return [
        WifiNetwork(
            ssid=network_name(_name(_dict(one).get("_name")) or ""),
            rssi_dbm=_signal(_dict(one).get("spairport_signal_noise")),
            channel=_channel(_dict(one).get("spairport_network_channel")),
        )
        for one in _list(plain)
    ]


def _dict(plain: Any) -> dict[str, Any]:
    return plain if isinstance(plain, dict) else {}


def _list(plain: Any) -> list[Any]:
    return plain[:MAX_SCAN] if isinstance(plain, list) else []


def _text(plain: Any) -> str | None:
    return plain[:128] if isinstance(plain, str) and plain else None


def _name(plain: Any) -> str | None:
    name = _text(plain)
    return None if name == _HIDDEN else name


def _number(plain: Any) -> float | None:
    """A rate in Mbit/s; a number on newer systems, its text on older ones."""
    found = number_in(str(plain)[:32], r"^(\d{1,6}(?:\.\d{1,3})?)\b") if isinstance(plain, int | float | str) else None
    return found or None


def _signal(plain: Any) -> int | None:
    """``-53 dBm / -92 dBm``: signal, noise."""
    level = whole(number_in(_text(plain) or "", r"^(-\d{1,3}) dBm"))
    return level if level is not None and -120 <= level < 0 else None


def _channel(plain: Any) -> int | None:
    """``36 (5GHz, 80MHz)``; a bare number on older systems."""
    number = whole(number_in(str(plain)[:32], r"^(\d{1,3})\b"))
    return number or None


def corewlan() -> dict[str, Air] | None:
    """CWInterface (developer.apple.com/documentation/corewlan); None where pyobjc is not installed or says nothing."""
    from importlib import import_module

    try:
        interfaces = import_module("CoreWLAN").CWWiFiClient.sharedWiFiClient().interfaces() or ()
        return {str(one.interfaceName()): _air(one) for one in list(interfaces)[:MAX_LINKS]} or None
    except Exception:  # the bridge hands on Objective-C's own exceptions; the next source is asked then
        return None


def _air(one: Any) -> Air:
    on = bool(one.powerOn())
    rssi, rate, channel = int(one.rssiValue()), float(one.transmitRate()), one.wlanChannel()
    associated = on and (rssi < 0 or rate > 0)  # the name may be hidden: it cannot decide this
    return Air(
        on=on,
        associated=associated,
        ssid=_name(str(one.ssid())) if one.ssid() else None,
        bssid=str(one.bssid()) if one.bssid() else None,
        rssi_dbm=rssi if associated and -120 <= rssi < 0 else None,
        channel=int(channel.channelNumber()) if associated and channel is not None else None,
        tx_rate_mbps=rate if associated and rate > 0 else None,
    )


def look(active: dict[str, bool | None], commands: Commands) -> WifiLook:
    """``active``: Wi-Fi adapter -> what ``ifconfig`` says of it."""
    names = [name for name in active if re.fullmatch(r"\w{1,16}", name)][:MAX_LINKS]
    told = corewlan()
    scan: tuple[WifiNetwork, ...] = ()
    powers = commands.all_said([(NETWORKSETUP, "-getairportpower", name) for name in names], timeout_s=0.6)
    if told is None:
        said = commands.said(SYSTEM_PROFILER, "SPAirPortDataType", "-json", timeout_s=PROFILER_S)
        told, scan = airport(said or "")
    links = tuple(_link(n, told.get(n, Air()), power(p or ""), active[n]) for n, p in zip(names, powers, strict=True))
    return WifiLook(links, scan, bool(scan))


def _link(nic: str, air: Air, on: bool | None, active: bool | None) -> WifiLink:
    associated = air.associated if air.associated is not None else active
    return WifiLink(
        nic=nic,
        radio_on=on if on is not None else air.on,
        associated=False if on is False else associated,
        ssid=network_name(air.ssid) if air.ssid else None,
        bssid=station_of_text(air.bssid) if air.bssid else None,
        guest_like=bool(GUEST.search(air.ssid)) if air.ssid else None,
        rssi_dbm=air.rssi_dbm,
        channel=air.channel,
        tx_rate_mbps=air.tx_rate_mbps,
    )
