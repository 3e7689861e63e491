"""Wi-Fi on Linux: iw, NetworkManager, rfkill, /proc/net/wireless. Parsers are pure; names and stations leave hashed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import WifiLink, WifiNetwork
from cpe_agent.host.bounded_file import files_in, read_int, read_text
from cpe_agent.host.hardware_address import network_name, station_of_text
from cpe_agent.host.linux_settings import nm_profiles, nmcli_blocks
from cpe_agent.host.parse_linux import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cpe_agent.host.program import Ran

    Run = Callable[..., Ran | None]

MAX_SCAN = 64
GUEST = re.compile(r"guest|gast|invit|visitor|hotspot|אורח|гост|ضيف", re.IGNORECASE)

# NMDeviceStateReason (NetworkManager's D-Bus interface types)
_NM_FAILURES = {7: "no_secrets", 8: "other", 9: "rejected", 10: "rejected", 11: "timed_out", 53: "ssid_absent"}


class Associated(NamedTuple):
    """``iw dev X link``; ``ssid`` is still the clear name and goes no further than this package."""

    ssid: str | None
    bssid: str | None
    frequency_mhz: int | None
    rssi_dbm: int | None
    rx_rate_mbps: float | None
    tx_rate_mbps: float | None


def number_in(text: str, pattern: str) -> float | None:
    found = re.search(pattern, text)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


def whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def iw_name(text: str) -> str:
    """iw writes every byte of a name that is not printable ASCII as ``\\xNN``; this undoes it."""
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


def iw_link(text: str) -> Associated | None:
    """None: not associated."""
    head = re.match(r"\s*Connected to ([0-9a-f:]{17})", text)
    if head is None:
        return None
    ssid = re.search(r"^\s*SSID: (.{1,128})$", text, re.MULTILINE)
    return Associated(
        ssid=iw_name(ssid[1]) if ssid else None,
        bssid=head[1],
        frequency_mhz=whole(number_in(text, r"freq: (\d{4,5}(?:\.\d)?)")),
        rssi_dbm=whole(number_in(text, r"signal: (-?\d{1,3})")),
        rx_rate_mbps=number_in(text, r"rx bitrate: (\d{1,6}(?:\.\d)?)"),
        tx_rate_mbps=number_in(text, r"tx bitrate: (\d{1,6}(?:\.\d)?)"),
    )


def iw_retry_percent(text: str) -> float | None:
    """``iw dev X station dump``: retried frames per sent frame since association; None below 50 frames."""
    sent, retried = number_in(text, r"tx packets:\s*(\d{1,12})"), number_in(text, r"tx retries:\s*(\d{1,12})")
    if sent is None or retried is None or sent < 50:
        return None
    return round(100.0 * retried / (sent + retried), 1)


def channel_of(frequency_mhz: int | None) -> int | None:
    """IEEE 802.11 channel number of a centre frequency in MHz (2.4, 5 and 6 GHz bands)."""
    if frequency_mhz is None:
        return None
    if frequency_mhz == 2484:
        return 14
    if 2412 <= frequency_mhz <= 2472:
        return (frequency_mhz - 2407) // 5
    if 5955 <= frequency_mhz <= 7115:
        return (frequency_mhz - 5950) // 5
    if 5160 <= frequency_mhz <= 5885:
        return (frequency_mhz - 5000) // 5
    return None


def iw_scan(text: str, saved: frozenset[str] | None) -> tuple[WifiNetwork, ...]:
    """``iw dev X scan dump``. ``saved``: clear names that this computer knows; None when that is not known."""
    found: list[WifiNetwork] = []
    for block in re.split(r"^BSS ", text, flags=re.MULTILINE)[1 : MAX_SCAN + 1]:
        ssid = re.search(r"^\s*SSID: (.{1,128})$", block, re.MULTILINE)
        name = iw_name(ssid[1]) if ssid else ""
        found.append(
            WifiNetwork(
                ssid=network_name(name),
                bssid=station_of_text(block[:17]),
                rssi_dbm=whole(number_in(block, r"signal: (-?\d{1,3})")),
                channel=channel_of(whole(number_in(block, r"freq: (\d{4,5})"))),
                known=None if saved is None or not name else name in saved,
            )
        )
    return tuple(found)


def proc_wireless(text: str) -> dict[str, int]:
    """/proc/net/wireless: nic -> signal in dBm, for the associated adapters. Level 0 and -256 mean: none."""
    found = {}
    for line in lines_of(text, 64):
        nic, colon, rest = line.partition(":")
        words = rest.split()
        if colon and len(words) >= 3 and (level := number_in(words[2], r"^(-?\d{1,3})\.?$")) and -120 <= level < 0:
            found[nic.strip()] = round(level)
    return found


def nm_failure(block: dict[str, str]) -> tuple[str | None, int | None]:
    """(word of ours, NetworkManager's number) out of ``GENERAL.STATE`` and ``GENERAL.REASON``."""
    state = number_in(block.get("GENERAL.STATE", ""), r"^(\d{1,3})")
    reason = whole(number_in(block.get("GENERAL.REASON", ""), r"^(\d{1,3})"))
    if state not in (30, 120) or reason is None:  # disconnected, failed
        return None, None
    word = _NM_FAILURES.get(reason)
    return word, reason if word is not None else None


class Radio(NamedTuple):
    on: bool | None
    hard_blocked: bool | None


def radio(sysfs: Path, nic: str) -> Radio:
    """rfkill of this adapter's own radio; of any Wi-Fi radio when the adapter does not say which is its own."""
    phy = (sysfs / "class/net" / nic / "phy80211").resolve().name
    blocks = []
    for entry in files_in(sysfs / "class/rfkill"):
        if (read_text(entry / "type", 32) or "").strip() == "wlan":
            own = (read_text(entry / "name", 64) or "").strip() == phy
            blocks.append((own, read_int(entry / "soft"), read_int(entry / "hard")))
    chosen = [block for block in blocks if block[0]] or blocks
    if not chosen:
        return Radio(None, None)
    soft, hard = any(block[1] for block in chosen), any(block[2] for block in chosen)
    return Radio(not (soft or hard), hard)


def saved_names(root: Path, run: Run) -> frozenset[str] | None:
    """Clear names of the networks that NetworkManager has saved; None when it is not there or does not say."""
    profiles = nm_profiles(root)
    own = {values.get("wifi.ssid") or values.get("802-11-wireless.ssid") for values in profiles}
    if profiles:
        return frozenset(name for name in own if name)
    listed = run("nmcli", "-t", "-f", "UUID,TYPE", "connection", "show")
    if listed is None or listed.status != 0:
        return None
    uuids = [line.partition(":")[0] for line in lines_of(listed.text, 256) if line.endswith("wireless")][:32]
    if not uuids:
        return frozenset()
    shown = run("nmcli", "-t", "-f", "802-11-wireless.ssid", "connection", "show", *uuids)
    if shown is None or shown.status != 0:
        return None
    blocks = nmcli_blocks(shown.text.replace("\n802-", "\n\n802-"))
    return frozenset(block.get("802-11-wireless.ssid", "") for block in blocks) - {""}


def look(
    root: Path, nics: Iterable[str], run: Run, nm_devices: list[dict[str, str]]
) -> tuple[tuple[WifiLink, ...], tuple[WifiNetwork, ...], bool]:
    """(links, scan, scan known). No scan is started: that takes seconds, and disturbs what is measured meanwhile."""
    levels = proc_wireless(read_text(root / "proc/net/wireless") or "")
    links: list[WifiLink] = []
    scan: tuple[WifiNetwork, ...] = ()
    saved: frozenset[str] | None = None
    for nic in list(nics)[:4]:
        asked = run("iw", "dev", nic, "link")
        known = asked is not None and asked.status == 0
        joined = iw_link(asked.text) if asked is not None and known else None
        stations = run("iw", "dev", nic, "station", "dump") if joined else None
        block = next((block for block in nm_devices if block.get("GENERAL.DEVICE") == nic), {})
        failure, code = nm_failure(block) if joined is None else (None, None)
        state = radio(root / "sys", nic)
        links.append(
            WifiLink(
                nic=nic,
                radio_on=state.on,
                hard_blocked=state.hard_blocked,
                # Without iw a signal level still proves an association; its absence proves nothing.
                associated=joined is not None if known else (True if nic in levels else None),
                ssid=network_name(joined.ssid) if joined and joined.ssid else None,
                bssid=station_of_text(joined.bssid) if joined and joined.bssid else None,
                guest_like=bool(GUEST.search(joined.ssid)) if joined and joined.ssid else None,
                rssi_dbm=joined.rssi_dbm if joined and joined.rssi_dbm is not None else levels.get(nic),
                channel=channel_of(joined.frequency_mhz) if joined else None,
                frequency_mhz=joined.frequency_mhz if joined else None,
                rx_rate_mbps=joined.rx_rate_mbps if joined else None,
                tx_rate_mbps=joined.tx_rate_mbps if joined else None,
                retry_percent=iw_retry_percent(stations.text) if stations and stations.status == 0 else None,
                failure=failure,
                failure_code=code,
            )
        )
        dumped = run("iw", "dev", nic, "scan", "dump")
        if dumped is not None and dumped.status == 0 and dumped.text.strip() and not scan:
            saved = saved_names(root, run)
            scan = iw_scan(dumped.text, saved)
    # An empty cache is what a forbidden, an old and a never-made scan look like too: it says nothing.
    return tuple(links), scan, bool(scan)
