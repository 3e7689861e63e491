"""Answers of Windows as bytes, made by hand from Microsoft's headers, and the recordings made under wine."""

from __future__ import annotations

import base64
import ctypes
import json
import socket
import struct
from pathlib import Path
from typing import Any

from cpe_agent.host import windows_adapters, windows_chain, windows_nics, windows_ras, windows_tables, windows_wifi
from cpe_agent.host.windows_api import Memory

RECORDED = Path(__file__).parent / "recordings" / "windows" / "wine-8.json"
BASE = 0x1F0000_2000


def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))
    return found


def recorded_bytes(name: str) -> bytes:
    return base64.b64decode(recorded()[name])


def recorded_adapters() -> Memory:
    found = recorded()["adapters"]
    return Memory(base64.b64decode(found["data"]), found["base"])


def sockaddr(address: str) -> bytes:
    """SOCKADDR_INET, 28 bytes."""
    if ":" in address:
        return struct.pack("<HHI16sI", 23, 0, 0, socket.inet_pton(socket.AF_INET6, address), 0)
    return struct.pack("<HH4s20x", 2, 0, socket.inet_aton(address))


def table(*rows: ctypes.Structure) -> bytes:
    return struct.pack("<Q", len(rows)) + b"".join(map(bytes, rows))


def _wide(text: str, units: int) -> Any:
    return (ctypes.c_uint16 * units)(*struct.unpack(f"<{len(text)}H", text.encode("utf-16-le")))


def interface(index: int, alias: str, **fields: Any) -> windows_nics.InterfaceRecord:
    """A wired card that is up, unless ``fields`` say otherwise."""
    row = windows_nics.InterfaceRecord(
        if_index=index,
        if_type=6,
        flags=0x05,
        oper_status=1,
        admin_status=1,
        media_state=1,
        physical_medium=14,
        mtu=1500,
    )
    row.alias = _wide(alias, 257)
    row.guid = (ctypes.c_uint8 * 16)(index)
    row.station_length, row.station = 6, (ctypes.c_uint8 * 32)(0x3C, 0xA6, 0x2F, 1, 2, index)
    for name, value in fields.items():
        setattr(row, name, _wide(value, 257) if isinstance(value, str) else value)
    return row


def route(index: int, prefix: str, gateway: str, **fields: Any) -> windows_tables.RouteRecord:
    address, _, length = prefix.partition("/")
    row = windows_tables.RouteRecord(if_index=index, prefix_len=int(length), **fields)
    row.prefix = (ctypes.c_uint8 * 28)(*sockaddr(address))
    row.next_hop = (ctypes.c_uint8 * 28)(*sockaddr(gateway))
    return row


def neighbour(index: int, address: str, mac: bytes, state: int) -> windows_tables.NeighbourRecord:
    row = windows_tables.NeighbourRecord(if_index=index, station_length=len(mac), state=state)
    row.address = (ctypes.c_uint8 * 28)(*sockaddr(address))
    row.station = (ctypes.c_uint8 * 32)(*mac)
    return row


class Buffer:
    """One buffer as GetAdaptersAddresses fills it: records that point at each other."""

    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, data: bytes) -> int:
        """Where it came to stand."""
        at = BASE + len(self.data)
        self.data += data + bytes(-len(data) % 8)
        return at

    def text(self, text: str) -> int:
        return self.put(text.encode("utf-16-le") + b"\0\0")

    def memory(self) -> Memory:
        return Memory(bytes(self.data), BASE)


def adapter(
    buffer: Buffer,
    name: str,
    unicast: list[tuple[str, int, dict[str, int]]],
    resolvers: list[str],
    guid: str | None = None,
    **fields: int,
) -> windows_adapters.AdapterRecord:
    """The records that hang on it are in the buffer; it itself is given back for its place at the front."""
    following = 0
    for address, length, more in reversed(unicast):
        unicast_row = windows_adapters.UnicastRecord(next=following, prefix_len=length, valid_s=0xFFFFFFFF, **more)
        unicast_row.address = windows_adapters.SocketAddress(buffer.put(sockaddr(address)), 28)
        following = buffer.put(bytes(unicast_row))
    servers = 0
    for address in reversed(resolvers):
        server_row = windows_adapters.ServerRecord(next=servers)
        server_row.address = windows_adapters.SocketAddress(buffer.put(sockaddr(address)), 28)
        servers = buffer.put(bytes(server_row))
    guid_at = buffer.put((guid or f"{{{name}}}").encode() + b"\0")
    return windows_adapters.AdapterRecord(
        unicast_at=following, dns_at=servers, guid_at=guid_at, name_at=buffer.text(name), **fields
    )


def adapters(*made: dict[str, Any]) -> Memory:
    """``GetAdaptersAddresses`` of these, each the arguments of ``adapter``."""
    size = ctypes.sizeof(windows_adapters.AdapterRecord)
    buffer = Buffer()
    buffer.put(bytes(size * len(made)))
    for at, words in enumerate(made):
        row = adapter(buffer, **words)
        row.next = BASE + size * (at + 1) if at + 1 < len(made) else 0
        buffer.data[size * at : size * (at + 1)] = bytes(row)
    return buffer.memory()


def ras_connection(handle: int, device_type: str, device_name: str) -> windows_ras.ConnectionRecord:
    row = windows_ras.ConnectionRecord(size=windows_ras.CONNECTION_BYTES, handle=handle)
    row.device_type, row.device_name = _wide(device_type, 17), _wide(device_name, 129)
    row.entry = _wide("Somebody's line", 257)
    return row


def ras_status(state: int, error: int = 0) -> bytes:
    return bytes(windows_ras.StatusRecord(size=windows_ras.STATUS_BYTES, state=state, error=error))


def wlan_list(*adapters_: tuple[int, int]) -> bytes:
    rows = [windows_wifi.AdapterRecord((ctypes.c_uint8 * 16)(guid), state=state) for guid, state in adapters_]
    return struct.pack("<II", len(rows), 0) + b"".join(map(bytes, rows))


def wlan_connection(ssid: bytes, **fields: int) -> bytes:
    row = windows_wifi.ConnectionRecord(state=1, ssid_length=len(ssid), **fields)
    row.ssid = (ctypes.c_uint8 * 32)(*ssid)
    row.bssid = (ctypes.c_uint8 * 6)(0xA4, 0x91, 0xB1, 1, 2, 3)
    return bytes(row)


def wlan_radio(*phys: tuple[int, int]) -> bytes:
    rows = [windows_wifi.RadioRecord(at, software, hardware) for at, (software, hardware) in enumerate(phys)]
    return struct.pack("<I", len(rows)) + b"".join(map(bytes, rows)).ljust(64 * 12, b"\0")


def version(major: int, minor: int, build: int, *, workstation: bool = True) -> bytes:
    """OSVERSIONINFOEXW."""
    return struct.pack("<IIII", 284, major, minor, build).ljust(282, b"\0") + bytes([1 if workstation else 3, 0])


def echo_reply(sender: str, status: int, ms: int) -> bytes:
    return struct.pack("<4sIIHHQBBBBQ", socket.inet_aton(sender), status, ms, 16, 0, 0, 64, 0, 0, 0, 0) + bytes(40)


def echo6_reply(sender: str, status: int, ms: int) -> bytes:
    packed = socket.inet_pton(socket.AF_INET6, sender)
    return struct.pack("<HI16sIHII", 0, 0, packed, 0, 0, status, ms) + bytes(40)


def chain_context(error: int, chains: int = 1) -> bytes:
    return bytes(windows_chain.ContextRecord(size=48, error=error, chains=chains, chains_at=BASE))


WLAN_NOW = 1_763_780_087.0  # 2025-11-22T02:54:47Z
WLAN_GUID = "{00000003-0000-0000-0000-000000000000}"


def wlan_event(
    number: int,
    code: str = "",
    *,
    second: int = 0,
    call: str = "0x5",
    guid: str = WLAN_GUID.lower(),
    provider: str = "Microsoft-Windows-WLAN-AutoConfig",
    **more: str,
) -> str:
    """Of the channel of WLAN AutoConfig, at 02:53 of that night."""
    adapter = "DeviceGuid" if number == 11006 else "InterfaceGuid"
    fields = {
        adapter: guid,
        "ProfileName": "Dana's home",
        "SSID": "Dana's home",
        "FailureReason": "סיבה",
        "ReasonCode": code,
    }
    fields |= {"ConnectionId": call, **more}
    data = "".join(f"<Data Name='{name}'>{value.replace('&', '&amp;')}</Data>" for name, value in fields.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='{provider}' Guid='{{9580d7dd-0379-4658-9870-d5be7d52d6de}}'/><EventID>{number}</EventID>"
        f"<TimeCreated SystemTime='2025-11-22T02:53:{second:02}.1234567Z'/></System>"
        f"<EventData>{data}</EventData></Event>"
    )


def wlan_networks(*rows: tuple[bytes, int]) -> bytes:
    """WLAN_AVAILABLE_NETWORK_LIST: name and flags of each."""
    made_ = [windows_wifi.NetworkRecord(ssid_length=len(name), flags=flags) for name, flags in rows]
    for row, (name, _) in zip(made_, rows, strict=True):
        row.ssid = (row.ssid._type_ * 32)(*name)
    return struct.pack("<II", len(rows), 0) + b"".join(map(bytes, made_))


def wlan_stations(*rows: tuple[bytes, int, int]) -> bytes:
    """WLAN_BSS_LIST: name, signal and kHz of each."""
    made_ = [windows_wifi.StationRecord(ssid_length=len(n), rssi=rssi, frequency=khz) for n, rssi, khz in rows]
    for at, (row, (name, _, _)) in enumerate(zip(made_, rows, strict=True)):
        row.ssid = (row.ssid._type_ * 32)(*name)
        row.bssid = (row.bssid._type_ * 6)(0xA4, 0x91, 0xB1, 1, 2, at)
    body = b"".join(map(bytes, made_))
    return struct.pack("<II", 8 + len(body), len(rows)) + body
