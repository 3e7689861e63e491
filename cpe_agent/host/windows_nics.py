"""Network interfaces out of GetIfTable2: which are wire, radio, tunnel or nothing at all (netioapi.h). Pure."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Nic, NicKind
from cpe_agent.host.clean import clean
from cpe_agent.host.hardware_address import station

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

MAX_NICS = 64
_U8, _U16, _U32, _U64 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64
_UNKNOWN_SPEED = (0, 2**64 - 1)


class InterfaceRecord(ctypes.Structure):
    """MIB_IF_ROW2, 1352 bytes. Texts are UTF-16 of 257 units."""

    _fields_ = (
        ("luid", _U64), ("if_index", _U32), ("guid", _U8 * 16), ("alias", _U16 * 257), ("description", _U16 * 257),
        ("station_length", _U32), ("station", _U8 * 32), ("permanent_station", _U8 * 32),
        ("mtu", _U32), ("if_type", _U32), ("tunnel_type", _U32), ("media_type", _U32), ("physical_medium", _U32),
        ("access_type", _U32), ("direction_type", _U32), ("flags", _U8), ("oper_status", _U32),
        ("admin_status", _U32), ("media_state", _U32), ("network", _U8 * 16), ("connection_type", _U32),
        ("transmit_speed", _U64), ("receive_speed", _U64), ("in_octets", _U64), ("in_unicast", _U64),
        ("in_other", _U64), ("in_discards", _U64), ("in_errors", _U64), ("in_unknown", _U64),
        ("in_unicast_octets", _U64), ("in_multicast_octets", _U64), ("in_broadcast_octets", _U64),
        ("out_octets", _U64), ("out_unicast", _U64), ("out_other", _U64), ("out_discards", _U64),
        ("out_errors", _U64), ("out_unicast_octets", _U64), ("out_multicast_octets", _U64),
        ("out_broadcast_octets", _U64), ("out_queue", _U64),
    )  # fmt: skip


ROW_BYTES = ctypes.sizeof(InterfaceRecord)

# ipifcons.h, IF_TYPE_*
_ETHERNET, _PPP, _LOOPBACK, _PROPRIETARY, _WIFI, _TUNNEL, _WWAN, _WWAN2 = 6, 23, 24, 53, 71, 131, 243, 244
_RADIO_MEDIA = (1, 9)  # ntddndis.h, NDIS_PHYSICAL_MEDIUM: wireless LAN, native 802.11
_CELLULAR_MEDIUM, _BLUETOOTH = 8, 10
_HARDWARE, _FILTER = 0x01, 0x02  # of flags
_UP, _CONNECTED, _DISCONNECTED = 1, 1, 2
DOWN = (2, 6, 7)  # ifdef.h, IF_OPER_STATUS: down, its hardware is not there, what is below it is down
TRANSITION = (11, 13, 14)  # ifdef.h, TUNNEL_TYPE: 6to4, ISATAP, Teredo
# Who found the device (its instance's first word): nobody who looks at a bus. Root and software devices, Bluetooth, and
# the Wi-Fi driver's own bus of virtual adapters, which is named by a GUID.
_OF_SOFTWARE = ("ROOT\\", "SWD\\", "BTH\\", "{")
# Switches of Windows' own that take a wire's address in its place, by their names in English, and by the device of
# Hyper-V's, which has no language.
_STAND_IN = ("hyper-v virtual ethernet adapter", "microsoft network adapter multiplexor", "mac bridge miniport")
_SWITCH = "ROOT\\VMS_MP\\"
_RANK = {
    NicKind.ETHERNET: 0,
    NicKind.WIFI: 0,
    NicKind.CELLULAR: 0,
    NicKind.PPP: 1,
    NicKind.TUNNEL: 2,
    NicKind.OTHER: 2,
    NicKind.LOOPBACK: 3,
    NicKind.VIRTUAL: 4,
}


class Interface(NamedTuple):
    """``guid``: as the registry writes it, in braces. ``rate_mbps``: what the driver says it sends at now."""

    guid: str
    nic: Nic
    rate_mbps: float | None = None


def _no_device(_guid: str) -> str:
    return ""


def read_interfaces(
    table: bytes, ways: Iterable[int], lines: Collection[str] = (), device: Callable[[str], str] = _no_device
) -> list[Interface]:
    """``table``: a count, four bytes, the rows. ``ways``: the indexes of interfaces with a default route. Those come
    first, then hardware, then the rest, by index. ``lines``: names of dialled ones that are a provider's line.
    ``device``: the instance of an interface's device by its GUID, empty where nobody knows. The layers that filters put
    over each are left out."""
    leading = set(ways)
    found = [_interface(row, row.if_index in leading, lines, device) for row in _rows(table) if not row.flags & _FILTER]
    return sorted(found, key=lambda one: (one.nic.if_index not in leading, _RANK[one.nic.kind], one.nic.if_index))


def _rows(table: bytes) -> Iterator[InterfaceRecord]:
    told = int.from_bytes(table[:4], "little")
    for at in range(min(told, max(0, len(table) - 8) // ROW_BYTES)):
        yield InterfaceRecord.from_buffer_copy(table, 8 + at * ROW_BYTES)


def _kind(row: InterfaceRecord, description: str, device: Callable[[str], str], *, way: bool) -> NicKind:
    plain = {
        _LOOPBACK: NicKind.LOOPBACK,
        _PPP: NicKind.PPP,
        _TUNNEL: NicKind.TUNNEL,
        _PROPRIETARY: NicKind.TUNNEL,  # what the drivers of WireGuard and OpenVPN call themselves
        _WWAN: NicKind.CELLULAR,
        _WWAN2: NicKind.CELLULAR,
    }.get(row.if_type)
    if plain is not None:
        return plain
    if row.tunnel_type:
        return NicKind.TUNNEL
    if row.physical_medium == _BLUETOOTH:
        return NicKind.VIRTUAL
    # The adapters of VirtualBox, VMware and many a VPN call themselves hardware. Their signal and address never go,
    # so such a one would be taken for the uplink as soon as the real one fails.
    instance = device(guid_text(bytes(row.guid))).upper() if way or row.flags & _HARDWARE else ""
    real = row.flags & _HARDWARE and not instance.startswith(_OF_SOFTWARE)
    if real and (row.if_type == _WIFI or row.physical_medium in _RADIO_MEDIA):
        return NicKind.WIFI
    if real and row.physical_medium == _CELLULAR_MEDIUM:
        return NicKind.CELLULAR
    if real:
        return NicKind.ETHERNET if row.if_type == _ETHERNET else NicKind.OTHER
    if not way:
        return NicKind.VIRTUAL
    # Software that carries the way out: a switch over the wire, or a tunnel that calls itself a network card.
    stands_in = description.lower().startswith(_STAND_IN) or instance.startswith(_SWITCH)
    return NicKind.OTHER if stands_in else NicKind.TUNNEL


def dials(table: bytes) -> bool:
    """Does any dialled interface stand? Every Windows has an idle one for PPPoE, a WAN miniport."""
    return any(row.if_type == _PPP and row.oper_status not in DOWN for row in _rows(table))


def carry_nothing(table: bytes) -> set[int]:
    """The indexes of interfaces whose default route is no way out: those that are down, for which Windows keeps a
    static route in its table, and the tunnels that it makes by itself where there is no IPv6. One of these would be
    taken for the uplink, or for a VPN that carries everything."""
    return {row.if_index for row in _rows(table) if row.oper_status in DOWN or row.tunnel_type in TRANSITION}


def _interface(row: InterfaceRecord, way: bool, lines: Collection[str], device: Callable[[str], str]) -> Interface:
    description, alias = _text(row.description), _text(row.alias)
    kind = _kind(row, description, device, way=way)
    if kind is NicKind.PPP and row.oper_status not in DOWN and alias not in lines:
        kind = NicKind.TUNNEL
    up = row.admin_status == _UP
    speed = row.receive_speed // 1_000_000
    # Without a signal some drivers tell the slowest speed they know, or the last one.
    signal = up and _carrier(row) is not False
    wired = kind in (NicKind.ETHERNET, NicKind.OTHER) and signal and row.receive_speed not in _UNKNOWN_SPEED
    nic = Nic(
        name=alias or description or f"interface {row.if_index}",
        kind=kind,
        if_index=row.if_index,
        mac=station(bytes(row.station)[:6]) if row.station_length == 6 and kind is not NicKind.LOOPBACK else None,
        admin_up=up,
        carrier=_carrier(row) if up else None,
        speed_mbps=speed if wired and 0 < speed < 10_000_000 else None,
        mtu=row.mtu if row.mtu < 2**31 else None,
        rx_bytes=row.in_octets,
        tx_bytes=row.out_octets,
        rx_packets=row.in_unicast + row.in_other,
        tx_packets=row.out_unicast + row.out_other,
        rx_errors=row.in_errors,
        tx_errors=row.out_errors,
        rx_dropped=row.in_discards,
        multicast=row.in_other,
    )
    rate = None if row.transmit_speed in _UNKNOWN_SPEED else row.transmit_speed / 1e6
    return Interface(guid_text(bytes(row.guid)), nic, rate)


def _carrier(row: InterfaceRecord) -> bool | None:
    if row.media_state == _DISCONNECTED:
        return False
    return True if row.media_state == _CONNECTED or row.oper_status == _UP else None


def _text(units: ctypes.Array[ctypes.c_uint16]) -> str:
    return clean(bytes(units).decode("utf-16-le", "replace").partition("\0")[0], 256) or ""


def guid_text(guid: bytes) -> str:
    """``{4D36E972-E325-11CE-BFC1-08002BE10318}`` of the 16 bytes of a GUID."""
    from uuid import UUID

    return f"{{{UUID(bytes_le=guid)}}}".upper()


def switched_off(present: Iterable[str], connections: Iterable[tuple[str, str, str, int | None]]) -> list[Interface]:
    """Adapters that Windows leaves out of its table because their device has a problem, the commonest being that
    somebody switched it off (problem 22). ``connections``: GUID, name, kind of medium in the registry, problem."""
    there = {guid.upper() for guid in present}
    found = []
    for guid, name, medium, problem in connections:
        if guid.upper() not in there and problem:
            kind = NicKind.WIFI if medium == "wifi" else NicKind.ETHERNET
            found.append(Interface(guid.upper(), Nic(name, kind, admin_up=False, driver_problem=problem)))
    return found
