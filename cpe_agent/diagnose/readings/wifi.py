"""The radio: what the Wi-Fi adapter says about itself and about the networks in sight."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.asked import wifi_link
from cpe_agent.facts import Wifi

FIRST_DFS, LAST_DFS = 52, 144
"""5 GHz channels that must fall silent when they hear a radar (dynamic frequency selection, ETSI EN 301 893)."""


@reading("wifi.radio_on", Wifi)
def radio_on(w: Wifi) -> bool | None:
    """A Wi-Fi radio of this computer is on; off by its own switch, by airplane mode or by the system."""
    states = [x.radio_on for x in w.links]
    if any(states):
        return True
    return False if states and None not in states else None


@reading("wifi.home_in_sight", Wifi)
def home_in_sight(w: Wifi) -> bool | None:
    """A network that this computer has saved is in the scan."""
    if not w.scan_known:
        return None
    if any(n.known for n in w.scan):
        return True
    return None if any(n.known is None for n in w.scan) else False


@reading("wifi.others_in_sight", Wifi)
def others_in_sight(w: Wifi) -> int | None:
    """Networks in the scan that this computer has not saved."""
    return sum(n.known is not True for n in w.scan) if w.scan_known else None


@reading("wifi.failure", Wifi)
def failure(w: Wifi) -> str | None:
    """Why the last attempt to join failed: wrong_key, ssid_absent, no_secrets, timed_out, rejected, other; none when
    the system tells of no failure."""
    link = wifi_link(w)
    return None if link is None else (link.failure or "none")


@reading("wifi.failure_age_s", Wifi)
def failure_age_s(w: Wifi) -> float | None:
    """How long ago the last attempt to join failed."""
    link = wifi_link(w)
    return None if link is None else link.failure_age_s


@reading("wifi.rssi_dbm", Wifi)
def rssi_dbm(w: Wifi) -> int | None:
    """Strength of the signal in use."""
    link = wifi_link(w)
    return None if link is None else link.rssi_dbm


@reading("wifi.retry_percent", Wifi)
def retry_percent(w: Wifi) -> float | None:
    """Frames that had to be sent again over the air."""
    link = wifi_link(w)
    return None if link is None else link.retry_percent


@reading("wifi.rate_mbps", Wifi)
def rate_mbps(w: Wifi) -> float | None:
    """The better of the two radio rates: the rate of the last received frame alone may be that of a beacon."""
    link = wifi_link(w)
    if link is None:
        return None
    known = [r for r in (link.rx_rate_mbps, link.tx_rate_mbps) if r is not None]
    return max(known) if known else None


@reading("wifi.rivals_on_channel", Wifi)
def rivals_on_channel(w: Wifi) -> int | None:
    """Stations of other networks in the scan that share the channel in use."""
    link = wifi_link(w)
    if link is None or link.channel is None or not w.scan_known:
        return None
    return sum(n.channel == link.channel and n.bssid != link.bssid and n.ssid != link.ssid for n in w.scan)


@reading("wifi.better_by_db", Wifi)
def better_by_db(w: Wifi) -> int | None:
    """How much stronger another station of the same network is than the one in use; 0 when there is none."""
    link = wifi_link(w)
    if link is None or link.ssid is None or link.rssi_dbm is None or not w.scan_known:
        return None
    same = [n for n in w.scan if n.ssid == link.ssid and n.bssid != link.bssid and n.rssi_dbm is not None]
    return max((n.rssi_dbm - link.rssi_dbm for n in same if n.rssi_dbm is not None), default=0)


@reading("wifi.on_dfs_channel", Wifi)
def on_dfs_channel(w: Wifi) -> bool | None:
    """The channel in use has to be left when a radar is heard."""
    link = wifi_link(w)
    if link is None or link.channel is None:
        return None
    return FIRST_DFS <= link.channel <= LAST_DFS


@reading("wifi.disconnects", Wifi)
def disconnects(w: Wifi) -> int | None:
    """Times that the network was lost in the last hour."""
    link = wifi_link(w)
    return None if link is None else link.disconnects_last_hour


@reading("wifi.guest_like", Wifi)
def guest_like(w: Wifi) -> bool | None:
    """The name of the joined network says that it is for guests."""
    link = wifi_link(w)
    return None if link is None or not link.associated else link.guest_like
