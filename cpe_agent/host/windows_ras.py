"""Connections that Windows itself dials: RasEnumConnections, RasGetConnectStatus (ras.h) and its phone books. Pure.

ras.h packs by four bytes; sizes are those of 64-bit programs from Windows 7 on.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

from cpe_agent.facts import DialEntry
from cpe_agent.host.clean import clean
from cpe_agent.host.dial_ras import stage_of_code
from cpe_agent.host.parse_linux import sections

MAX_CONNECTIONS = 16
_U8, _U16, _U32, _U64 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64


class ConnectionRecord(ctypes.Structure):
    """RASCONNW. The name of the entry is a person's: it is the interface's too, and goes no further than that."""

    _pack_ = 4
    _fields_ = (
        ("size", _U32), ("handle", _U64), ("entry", _U16 * 257), ("device_type", _U16 * 17),
        ("device_name", _U16 * 129), ("phone_book", _U16 * 260), ("sub_entry", _U32), ("guid", _U8 * 16),
        ("flags", _U32), ("luid", _U64), ("correlation", _U8 * 16),
    )  # fmt: skip


class StatusRecord(ctypes.Structure):
    """RASCONNSTATUSW."""

    _pack_ = 4
    _fields_ = (
        ("size", _U32), ("state", _U32), ("error", _U32), ("device_type", _U16 * 17), ("device_name", _U16 * 129),
        ("phone_number", _U16 * 129), ("local_end", _U32 * 5), ("remote_end", _U32 * 5), ("sub_state", _U32),
    )  # fmt: skip


CONNECTION_BYTES, STATUS_BYTES = ctypes.sizeof(ConnectionRecord), ctypes.sizeof(StatusRecord)
_CONNECTED, _DISCONNECTED = 0x2000, 0x2001  # RASCONNSTATE


class Connection(NamedTuple):
    handle: int
    kind: str
    nic: str


def read_connections(array: bytes) -> list[Connection]:
    """An array of RASCONNW."""
    count = min(len(array) // CONNECTION_BYTES, MAX_CONNECTIONS)
    rows = (ConnectionRecord.from_buffer_copy(array, at * CONNECTION_BYTES) for at in range(count))
    return [
        Connection(
            row.handle, _kind(_text(row.device_type), _text(row.device_name)), clean(_text(row.entry), 256) or ""
        )
        for row in rows
    ]


def _kind(device_type: str, device_name: str) -> str:
    """RASDT_* says what it is dialled over; the miniport's name, which is not translated, says which tunnel."""
    if device_type.lower() == "pppoe":
        return "pppoe"
    name = device_name.lower()
    return next((kind for kind in ("l2tp", "pptp") if f"({kind})" in name), "vpn")


def entry(kind: str, status: bytes) -> DialEntry | None:
    """What RasGetConnectStatus says of one; None for too few bytes."""
    if len(status) < STATUS_BYTES:
        return None
    row = StatusRecord.from_buffer_copy(status)
    if row.state == _CONNECTED:
        return DialEntry(kind, "connected", "ras", stage="open")
    if row.error:
        return DialEntry(kind, "failed", "ras", row.error, stage_of_code(row.error))
    return DialEntry(kind, "idle" if row.state == _DISCONNECTED else "connecting", "ras")


def dials_a_provider(phone_book: str) -> bool:
    """Does a phone book (rasphone.pbk) hold a PPPoE connection? A tunnel may be to somebody's work."""
    for _, key, value in sections(phone_book):
        if (key, value.lower()) in (("device", "pppoe"), ("preferreddevice", "pppoe"), ("type", "5")):
            return True
    return False


def _text(units: ctypes.Array[ctypes.c_uint16]) -> str:
    return bytes(units).decode("utf-16-le", "replace").partition("\0")[0]
