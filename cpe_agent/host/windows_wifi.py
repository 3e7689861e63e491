"""Wi-Fi out of the WLAN service's answers (wlanapi.h, windot11.h). Pure."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

from cpe_agent.facts import WifiLink
from cpe_agent.host.hardware_address import network_name, station
from cpe_agent.host.linux_wifi import GUEST
from cpe_agent.host.windows_nics import guid_text

MAX_ADAPTERS = 8
# wlanapi.h, WLAN_INTF_OPCODE_*, by the names of ``Said``
QUERIES = {"connection": 7, "radio": 4, "channel": 8, "rssi": 0x10000102}
_U8, _U16, _U32, _I32 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_int32
_ASSOCIATED, _DISCONNECTED = 1, 4  # WLAN_INTERFACE_STATE
_ON, _OFF = 1, 2  # DOT11_RADIO_STATE


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


class Adapter(NamedTuple):
    """``key``: the GUID in hexadecimal as it stands in memory."""

    guid: str
    key: str
    state: int


class Said(NamedTuple):
    """WlanQueryInterface's answers about one adapter; None for each that was refused or failed."""

    connection: bytes | None = None  # wlan_intf_opcode_current_connection: refused without consent to location
    radio: bytes | None = None  # wlan_intf_opcode_radio_state
    channel: bytes | None = None  # wlan_intf_opcode_channel_number
    rssi: bytes | None = None  # wlan_intf_opcode_rssi


def read_adapters(found: bytes) -> list[Adapter]:
    """WLAN_INTERFACE_INFO_LIST: a count, an index that nobody uses, the records."""
    size = ctypes.sizeof(AdapterRecord)
    count = min(int.from_bytes(found[:4], "little"), max(0, len(found) - 8) // size, MAX_ADAPTERS)
    rows = (AdapterRecord.from_buffer_copy(found, 8 + at * size) for at in range(count))
    return [Adapter(guid_text(bytes(row.guid)), bytes(row.guid).hex(), row.state) for row in rows]


def link(nic: str, state: int, said: Said, rate_mbps: float | None) -> WifiLink:
    """``rate_mbps``: the interface's own speed, which needs nobody's consent."""
    on, blocked = _radio(said.radio)
    associated = {_ASSOCIATED: True, _DISCONNECTED: False}.get(state)
    blank = WifiLink(nic, radio_on=on, hard_blocked=blocked, associated=associated)
    if not associated:
        return blank
    blank = blank._replace(
        rssi_dbm=_signed(said.rssi, -120, 0), channel=_signed(said.channel, 1, 255), tx_rate_mbps=rate_mbps
    )
    if said.connection is None or len(said.connection) < ctypes.sizeof(ConnectionRecord):
        return blank
    row = ConnectionRecord.from_buffer_copy(said.connection)
    name = bytes(row.ssid)[: min(row.ssid_length, 32)].decode("utf-8", "replace")
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
