"""Ways out and neighbours out of GetIpForwardTable2 and GetIpNetTable2 (netioapi.h, nldef.h). Pure."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Family, Neighbour, Origin
from cpe_agent.host import NeighbourList
from cpe_agent.host.hardware_address import station
from cpe_agent.host.windows_address import NOBODY, SOCKADDR_INET_BYTES, read_address

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

ROUTES_KEPT, NEIGHBOURS_KEPT = 64, 256
_U8, _U32, _U64 = ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint64


class RouteRecord(ctypes.Structure):
    """MIB_IPFORWARD_ROW2, 104 bytes."""

    _fields_ = (
        ("luid", _U64), ("if_index", _U32), ("prefix", _U8 * SOCKADDR_INET_BYTES), ("prefix_len", _U8),
        ("padding", _U8 * 3), ("next_hop", _U8 * SOCKADDR_INET_BYTES), ("site_prefix_len", _U8), ("valid_s", _U32),
        ("preferred_s", _U32), ("metric", _U32), ("protocol", _U32), ("loopback", _U8), ("autoconfigured", _U8),
        ("publish", _U8), ("immortal", _U8), ("age", _U32), ("origin", _U32),
    )  # fmt: skip


class NeighbourRecord(ctypes.Structure):
    """MIB_IPNET_ROW2, 88 bytes."""

    _fields_ = (
        ("address", _U8 * SOCKADDR_INET_BYTES), ("if_index", _U32), ("luid", _U64), ("station", _U8 * 32),
        ("station_length", _U32), ("state", _U32), ("flags", _U8), ("reachability", _U32),
    )  # fmt: skip


ROUTE_BYTES, NEIGHBOUR_BYTES = ctypes.sizeof(RouteRecord), ctypes.sizeof(NeighbourRecord)
_DEFAULTS = {
    (NOBODY[0], 0): "0.0.0.0/0",
    (NOBODY[0], 1): "0.0.0.0/1",
    ("128.0.0.0", 1): "128.0.0.0/1",
    ("::", 0): "::/0",
    ("::", 1): "::/1",
    ("8000::", 1): "8000::/1",
}
_ORIGINS = {2: Origin.DHCP, 3: Origin.RA}  # NL_ROUTE_ORIGIN; 0 is "manual", which a program may be too
# NL_NEIGHBOR_STATE. Probe and delay are old knowledge that is being checked; a permanent entry was written by hand and
# proves nothing about life.
_STATES = {0: "failed", 1: "incomplete", 2: "stale", 3: "stale", 4: "stale", 5: "reachable", 6: "stale"}
_STATE_ORDER = {"reachable": 0, "stale": 1, "incomplete": 2, "failed": 3}


class Way(NamedTuple):
    """A default route or one of the /1 halves. ``metric`` is its own; Windows adds the interface's."""

    if_index: int
    family: Family
    destination: str
    gateway: str | None
    metric: int
    origin: Origin


class Station(NamedTuple):
    if_index: int
    family: Family
    address: str
    mac: bytes | None
    state: str


def read_ways(table: bytes) -> list[Way]:
    found = []
    for at in _offsets(table, ROUTE_BYTES):
        row = RouteRecord.from_buffer_copy(table, at)
        address = read_address(bytes(row.prefix))
        destination = _DEFAULTS.get((address or "", row.prefix_len))
        if destination is None or row.loopback:
            continue
        hop = read_address(bytes(row.next_hop))
        gateway = None if hop is None or hop in NOBODY else hop
        family = Family.V6 if ":" in destination else Family.V4
        origin = _ORIGINS.get(row.origin, Origin.UNKNOWN)
        found.append(Way(row.if_index, family, destination, gateway, min(row.metric, 2**31 - 1), origin))
    return found


def whole_metric(way: Way, interface: tuple[int, int] | None) -> Way:
    """``interface``: the metrics of its IPv4 and IPv6 side."""
    if interface is None:
        return way
    return way._replace(metric=min(way.metric + interface[way.family is Family.V6], 2**31 - 1))


def read_stations(table: bytes) -> list[Station]:
    """Entries of single stations; groups and broadcasts need nobody's answer and are left out."""
    found = []
    for at in _offsets(table, NEIGHBOUR_BYTES):
        row = NeighbourRecord.from_buffer_copy(table, at)
        address, state = read_address(bytes(row.address)), _STATES.get(row.state)
        if address is None or state is None or _of_a_group(address):
            continue
        mac = bytes(row.station)[:6] if row.station_length == 6 else None
        if mac is not None and mac[0] & 1:
            continue  # the broadcast address of a subnet
        family = Family.V6 if ":" in address else Family.V4
        if mac is None or not any(mac):
            # Whatever is said of it: a station whose address nobody knows has never answered.
            mac, state = None, "failed" if state == "failed" else "incomplete"
        found.append(Station(row.if_index, family, address, mac, state))
    return found


def _of_a_group(address: str) -> bool:
    if ":" in address:
        return address.startswith("ff") or address in ("::", "::1")
    first = int(address.partition(".")[0])
    return first in (0, 127) or first >= 224


def _offsets(table: bytes, row_bytes: int) -> Iterator[int]:
    told = int.from_bytes(table[:4], "little")
    rows = min(told, max(0, len(table) - 8) // row_bytes)
    return iter(range(8, 8 + rows * row_bytes, row_bytes))


def neighbours(stations: list[Station], names: Mapping[int, str], gateways: Collection[str | None]) -> NeighbourList:
    """The gateways' entries first, then the liveliest."""
    known = [one for one in stations if one.if_index in names]
    known.sort(key=lambda one: (one.address not in gateways, _STATE_ORDER[one.state]))
    entries = tuple(
        Neighbour(names[one.if_index], one.family, one.address, station(one.mac), one.state)
        for one in known[:NEIGHBOURS_KEPT]
    )
    return NeighbourList(entries, len(known))
