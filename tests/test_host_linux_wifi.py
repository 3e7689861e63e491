"""Wi-Fi as iw, rfkill, NetworkManager and /proc tell it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.host import linux_wifi
from cpe_agent.host.hardware_address import network_name, station_of_text
from cpe_agent.host.program import Ran

LINK = """Connected to 3c:a6:2f:11:22:33 (on wlan0)
	SSID: Home \\xd7\\x91
	freq: 5180
	RX: 82512345 bytes (71234 packets)
	TX: 9812345 bytes (41234 packets)
	signal: -67 dBm
	rx bitrate: 526.5 MBit/s VHT-MCS 6 80MHz VHT-NSS 2
	tx bitrate: 6.0 MBit/s

	bss flags:	short-slot-time
	dtim period:	3
	beacon int:	100
"""
STATION = """Station 3c:a6:2f:11:22:33 (on wlan0)
	inactive time:	12 ms
	rx bytes:	82512345
	rx packets:	71234
	tx bytes:	9812345
	tx packets:	900
	tx retries:	100
	tx failed:	2
	signal:  	-67 [-69, -71] dBm
"""
SCAN = """BSS 3c:a6:2f:11:22:33(on wlan0) -- associated
	TSF: 1234 usec (0d, 00:00:00)
	freq: 5180
	beacon interval: 100 TUs
	signal: -67.00 dBm
	last seen: 40 ms ago
	SSID: Home \\xd7\\x91
BSS 3c:a6:2f:11:22:44(on wlan0)
	freq: 2437.0
	signal: -80.00 dBm
	SSID: Neighbour
BSS 3c:a6:2f:11:22:55(on wlan0)
	freq: 2412
	signal: -90.00 dBm
	SSID:
"""
PROC = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   43.  -67.  -256        0      0      0      0    312        0
 wlan1: 0000    0.  -256.  -256        0      0      0      0      0        0
"""


def programs(**answers: str) -> linux_wifi.Run:
    """``iw dev X link`` is the key ``iw_link``; what has no answer is not installed."""

    def run(name: str, *args: str, **_options: float) -> Ran | None:
        words = [word for word in args if word not in ("dev", "wlan0", "dump", "-t", "-f")]
        text = answers.get(f"{name}_{words[0]}")
        return None if text is None else Ran(0, text)

    return run


def test_iw_link() -> None:
    found = linux_wifi.iw_link(LINK)
    assert found == linux_wifi.Associated("Home ב", "3c:a6:2f:11:22:33", 5180, -67, 526.5, 6.0)
    assert linux_wifi.iw_link("Not connected.\n") is None


def test_iw_scan_and_what_is_saved() -> None:
    scan = linux_wifi.iw_scan(SCAN, frozenset({"Home ב"}))
    assert [(one.rssi_dbm, one.channel, one.known) for one in scan] == [
        (-67, 36, True),
        (-80, 6, False),
        (-90, 1, None),
    ]
    assert scan[0].ssid == network_name("Home ב")
    assert scan[0].bssid == station_of_text("3c:a6:2f:11:22:33")
    assert scan[2].ssid is None
    assert linux_wifi.iw_scan(SCAN, None)[0].known is None
    assert len(linux_wifi.iw_scan(SCAN * 100, None)) == linux_wifi.MAX_SCAN


@pytest.mark.parametrize(
    ("mhz", "channel"), [(2412, 1), (2472, 13), (2484, 14), (5180, 36), (5825, 165), (5955, 1), (6000, 10), (900, None)]
)
def test_channels(mhz: int, channel: int | None) -> None:
    assert linux_wifi.channel_of(mhz) == channel


def test_retries_need_enough_frames() -> None:
    assert linux_wifi.iw_retry_percent(STATION) == 10.0
    assert linux_wifi.iw_retry_percent(STATION.replace("tx packets:\t900", "tx packets:\t10")) is None
    assert linux_wifi.iw_retry_percent("") is None


def test_proc_wireless() -> None:
    assert linux_wifi.proc_wireless(PROC) == {"wlan0": -67}


@pytest.mark.parametrize(
    ("state", "reason", "found"),
    [
        ("120 (connection failed)", "7 (No secrets)", ("no_secrets", 7)),
        ("30 (disconnected)", "53 (ssid-not-found)", ("ssid_absent", 53)),
        ("30 (disconnected)", "39 (user-requested)", (None, None)),
        ("100 (connected)", "7 (x)", (None, None)),
        ("", "", (None, None)),
    ],
)
def test_networkmanagers_last_failure(state: str, reason: str, found: tuple[str | None, int | None]) -> None:
    assert linux_wifi.nm_failure({"GENERAL.STATE": state, "GENERAL.REASON": reason}) == found


def switch(root: Path, number: int, name: str, *, soft: int, hard: int, kind: str = "wlan") -> None:
    folder = root / f"sys/class/rfkill/rfkill{number}"
    folder.mkdir(parents=True)
    for key, value in {"name": name, "soft": soft, "hard": hard, "type": kind}.items():
        (folder / key).write_text(f"{value}\n")


@pytest.mark.parametrize(("soft", "hard", "on"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_radio_of_this_adapter(tmp_path: Path, soft: int, hard: int, on: bool) -> None:
    switch(tmp_path, 0, "hci0", soft=1, hard=1, kind="bluetooth")
    switch(tmp_path, 1, "phy0", soft=soft, hard=hard)
    switch(tmp_path, 2, "phy1", soft=1, hard=1)
    (tmp_path / "sys/class/ieee80211/phy0").mkdir(parents=True)
    (tmp_path / "sys/class/net/wlan0").mkdir(parents=True)
    (tmp_path / "sys/class/net/wlan0/phy80211").symlink_to(tmp_path / "sys/class/ieee80211/phy0")
    assert linux_wifi.radio(tmp_path / "sys", "wlan0") == linux_wifi.Radio(on, bool(hard))


def test_radio_unknown_without_a_switch(tmp_path: Path) -> None:
    assert linux_wifi.radio(tmp_path / "sys", "wlan0") == linux_wifi.Radio(None, None)


def test_look_associated(tmp_path: Path) -> None:
    run = programs(iw_link=LINK.replace("Home", "Guest"), iw_station=STATION, iw_scan=SCAN)
    (link,), scan, known = linux_wifi.look(tmp_path, ["wlan0"], run, [])
    assert (link.associated, link.guest_like, link.rssi_dbm, link.channel) == (True, True, -67, 36)
    assert (link.rx_rate_mbps, link.retry_percent, link.failure) == (526.5, 10.0, None)
    assert known
    assert len(scan) == 3
    assert "Guest" not in repr((link, scan))
    assert "11:22:33" not in repr((link, scan))


def test_look_failed_and_an_empty_scan_says_nothing(tmp_path: Path) -> None:
    block = {"GENERAL.DEVICE": "wlan0", "GENERAL.STATE": "120 (failed)", "GENERAL.REASON": "7 (No secrets)"}
    run = programs(iw_link="Not connected.\n", iw_scan="")
    (link,), scan, known = linux_wifi.look(tmp_path, ["wlan0"], run, [block])
    assert (link.associated, link.failure, link.failure_code) == (False, "no_secrets", 7)
    assert (scan, known) == ((), False)


def test_look_without_iw_knows_only_what_proc_proves(tmp_path: Path) -> None:
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/wireless").write_text(PROC)
    links, _, known = linux_wifi.look(tmp_path, ["wlan0", "wlan1"], programs(), [])
    assert [(link.associated, link.rssi_dbm) for link in links] == [(True, -67), (None, None)]
    assert not known


def test_saved_names_from_nmcli(tmp_path: Path) -> None:
    def run(name: str, *args: str, **_options: float) -> Ran | None:
        if "UUID,TYPE" in args:
            return Ran(0, "u-1:802-11-wireless\nu-2:802-3-ethernet\nu-3:802-11-wireless\n")
        assert args[-2:] == ("u-1", "u-3")
        return Ran(0, "802-11-wireless.ssid:Home\n\n802-11-wireless.ssid:Caf\\:e\n")

    assert linux_wifi.saved_names(tmp_path, run) == frozenset({"Home", "Caf:e"})
    assert linux_wifi.saved_names(tmp_path, programs()) is None


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    linux_wifi.iw_link("Connected to 3c:a6:2f:11:22:33\n" + text)
    linux_wifi.iw_scan("BSS " + text, frozenset())
    linux_wifi.iw_retry_percent(text)
    linux_wifi.proc_wireless(text)
    linux_wifi.nm_failure({"GENERAL.STATE": text, "GENERAL.REASON": text})
