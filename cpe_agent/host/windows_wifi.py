"""Wi-Fi out of the WLAN service's answers (wlanapi.h, windot11.h). Pure.

From Windows 11 24H2 on, whoever asks for names or stations without the user's consent to location makes Windows ask
for it (learn.microsoft.com, "Changes to API behavior for Wi-Fi access and location"): so nobody asks without.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import WifiLink, WifiNetwork
from cpe_agent.host.hardware_address import network_name, station
from cpe_agent.host.linux_wifi import GUEST, MAX_SCAN, channel_of
from cpe_agent.host.windows_nics import guid_text
from cpe_agent.host.windows_release import build_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.host.windows_wifi_log import Failed

MAX_ADAPTERS = 8
# wlanapi.h, WLAN_INTF_OPCODE_*, by the names of ``Said``
_QUERIES = {"radio": 4, "channel": 8, "rssi": 0x10000102}
_NAMED = {"connection": 7}
_ASKS_FOR_CONSENT = 25977  # the first build that does
_U8, _U16, _U32, _U64, _I32 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_int32
_ASSOCIATED, _DISCONNECTED = 1, 4  # WLAN_INTERFACE_STATE
_ON, _OFF = 1, 2  # DOT11_RADIO_STATE
_HAS_PROFILE = 0x2  # WLAN_AVAILABLE_NETWORK_HAS_PROFILE


class AdapterRecord(ctypes.Structure):
    """WLAN_INTERFACE_INFO."""

    _fields_ = (("guid", _U8 * 16), ("description", _U16 * 256), ("state", _U32))


class ConnectionRecord(ctypes.Structure):
    """WLAN_CONNECTION_ATTRIBUTES; the profile's name is not read. Rates are in kbit/s."""

    _fields_ = (
        ("state", _U32), ("mode", _U32), ("profile", _U16 * 256), ("ssid_length", _U32), ("ssid", _U8 * 32),
        ("bss_type", _U32), ("bssid", _U8 * 6), ("phy_type", _U32), ("phy_index", _U32), ("quality", _U32),
        ("rx_rate", _U32), ("tx_rate", _U32), ("security", _U32 * 4),
    )  # fmt: skip


class RadioRecord(ctypes.Structure):
    """WLAN_PHY_RADIO_STATE."""

    _fields_ = (("phy_index", _U32), ("software", _U32), ("hardware", _U32))


class NetworkRecord(ctypes.Structure):
    """WLAN_AVAILABLE_NETWORK; the profile's name is not read."""

    _fields_ = (
        ("profile", _U16 * 256), ("ssid_length", _U32), ("ssid", _U8 * 32), ("bss_type", _U32), ("stations", _U32),
        ("connectable", _U32), ("reason", _U32), ("phys", _U32), ("phy_types", _U32 * 8), ("more_phys", _U32),
        ("quality", _U32), ("security", _U32 * 3), ("flags", _U32), ("reserved", _U32),
    )  # fmt: skip


class StationRecord(ctypes.Structure):
    """WLAN_BSS_ENTRY. The frequency is in kHz."""

    _fields_ = (
        ("ssid_length", _U32), ("ssid", _U8 * 32), ("phy_index", _U32), ("bssid", _U8 * 6), ("bss_type", _U32),
        ("phy_type", _U32), ("rssi", _I32), ("quality", _U32), ("in_regulations", _U8), ("beacon", _U16),
        ("timestamp", _U64), ("host_timestamp", _U64), ("capabilities", _U16), ("frequency", _U32),
        ("rates", _U8 * 256), ("elements_at", _U32), ("elements_bytes", _U32),
    )  # fmt: skip


class Adapter(NamedTuple):
    """``key``: the GUID in hexadecimal as it stands in memory."""

    guid: str
    key: str
    state: int

    @property
    def associated(self) -> bool | None:
        return {_ASSOCIATED: True, _DISCONNECTED: False}.get(self.state)


class Said(NamedTuple):
    """The WLAN service's answers about one adapter; None for each that was refused, failed or was not asked for."""

    connection: bytes | None = None  # wlan_intf_opcode_current_connection: refused without consent to location
    radio: bytes | None = None  # wlan_intf_opcode_radio_state
    channel: bytes | None = None  # wlan_intf_opcode_channel_number
    rssi: bytes | None = None  # wlan_intf_opcode_rssi
    listed: bytes | None = None  # WlanGetAvailableNetworkList
    stations: bytes | None = None  # WlanGetNetworkBssList


def may_see_networks(version: bytes, consents: Sequence[str]) -> bool:
    """Would Windows answer without asking its user first? ``version``: OSVERSIONINFOEXW. ``consents``: every word of
    its settings about location that counts, "Allow" or "Deny"; empty where there is none."""
    build = build_of(version)
    return build is not None and (build < _ASKS_FOR_CONSENT or all(word == "Allow" for word in consents))


def queries(may_see: bool) -> dict[str, int]:
    return _QUERIES | _NAMED if may_see else _QUERIES


def read_adapters(found: bytes) -> list[Adapter]:
    """WLAN_INTERFACE_INFO_LIST: a count, an index that nobody uses, the records."""
    size = ctypes.sizeof(AdapterRecord)
    count = min(int.from_bytes(found[:4], "little"), max(0, len(found) - 8) // size, MAX_ADAPTERS)
    rows = (AdapterRecord.from_buffer_copy(found, 8 + at * size) for at in range(count))
    return [Adapter(guid_text(bytes(row.guid)), bytes(row.guid).hex(), row.state) for row in rows]


def link(nic: str, adapter: Adapter, said: Said, rate_mbps: float | None, failed: Failed | None = None) -> WifiLink:
    """``rate_mbps``: the interface's own speed, which needs nobody's consent. ``failed``: what its log says."""
    on, blocked = _radio(said.radio)
    blank = WifiLink(nic, radio_on=on, hard_blocked=blocked, associated=adapter.associated)
    if not adapter.associated:
        if failed is None:
            return blank
        return blank._replace(
            failure=failed.word, failure_code=failed.code, failure_age_s=failed.age_s, rssi_dbm=failed.rssi_dbm
        )
    blank = blank._replace(
        rssi_dbm=_signed(said.rssi, -120, 0), channel=_signed(said.channel, 1, 255), tx_rate_mbps=rate_mbps
    )
    if said.connection is None or len(said.connection) < ctypes.sizeof(ConnectionRecord):
        return blank
    row = ConnectionRecord.from_buffer_copy(said.connection)
    name = _ssid(row).decode("utf-8", "replace")
    rssi = blank.rssi_dbm
    if rssi is None and 0 < row.quality <= 100:
        rssi = row.quality // 2 - 100  # wlanapi.h: 0 is -100 dBm, 100 is -50, a straight line between
    return blank._replace(
        ssid=network_name(name),
        bssid=station(bytes(row.bssid)),
        guest_like=bool(GUEST.search(name)) if name else None,
        rssi_dbm=rssi,
        rx_rate_mbps=row.rx_rate / 1000 if row.rx_rate else None,
        tx_rate_mbps=row.tx_rate / 1000 if row.tx_rate else rate_mbps,
    )


def networks(listed: bytes | None, stations: bytes | None) -> tuple[WifiNetwork, ...]:
    """The stations in sight, each with what is known of its network; nothing unless both lists are there, because
    neither tells alone who shares a channel and who is saved."""
    size = ctypes.sizeof(NetworkRecord)
    if listed is None or stations is None:
        return ()
    count = min(int.from_bytes(listed[:4], "little"), max(0, len(listed) - 8) // size)
    rows = [NetworkRecord.from_buffer_copy(listed, 8 + at * size) for at in range(count)]
    saved: dict[bytes, bool] = {}
    for row in rows:
        saved[_ssid(row)] = saved.get(_ssid(row), False) or bool(row.flags & _HAS_PROFILE)
    size = ctypes.sizeof(StationRecord)
    count = min(int.from_bytes(stations[4:8], "little"), max(0, len(stations) - 8) // size, MAX_SCAN)
    found = (StationRecord.from_buffer_copy(stations, 8 + at * size) for at in range(count))
    return tuple(
        WifiNetwork(
            ssid=network_name(_ssid(one).decode("utf-8", "replace")),
            bssid=station(bytes(one.bssid)),
            rssi_dbm=one.rssi if -120 <= one.rssi < 0 else None,
            channel=channel_of(one.frequency // 1000),
            known=saved.get(_ssid(one)) if any(_ssid(one)) else None,  # a hidden one may be anybody's
        )
        for one in found
    )


def _ssid(row: ConnectionRecord | NetworkRecord | StationRecord) -> bytes:
    """Its bytes as they are: two names may look alike."""
    return bytes(row.ssid)[: min(row.ssid_length, 32)]


def _radio(found: bytes | None) -> tuple[bool | None, bool | None]:
    """WLAN_RADIO_STATE: (on, switched off by hardware). An adapter is on when any of its radios is."""
    size = ctypes.sizeof(RadioRecord)
    if found is None or len(found) < 4 + size:
        return None, None
    count = min(int.from_bytes(found[:4], "little"), (len(found) - 4) // size, 64)
    rows = [RadioRecord.from_buffer_copy(found, 4 + at * size) for at in range(count)]
    if not rows or any(word not in (_ON, _OFF) for row in rows for word in (row.software, row.hardware)):
        return None, None
    on = any(row.software == _ON and row.hardware == _ON for row in rows)
    return on, all(row.hardware == _OFF for row in rows)


def _signed(found: bytes | None, least: int, most: int) -> int | None:
    if found is None or len(found) < ctypes.sizeof(_I32):
        return None
    value: int = _I32.from_buffer_copy(found).value
    return value if least <= value <= most else None
