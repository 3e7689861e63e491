"""Rows of the kernel's tables out of rtnetlink payloads. Pure: bytes in, a row or None out, for any bytes."""

from __future__ import annotations

import struct
from typing import NamedTuple

from cpe_agent.host.netlink import attributes, number

AF_INET, AF_INET6 = 2, 10
IFF_UP, IFF_LOOPBACK, IFF_POINTOPOINT = 0x1, 0x8, 0x10
FOR_EVER = 0xFFFFFFFF
MAIN_TABLE = 254

# if_addr.h
IFA_F_NODAD, IFA_F_DADFAILED, IFA_F_TENTATIVE, IFA_F_PERMANENT = 0x02, 0x08, 0x40, 0x80
IFAPROT_KERNEL_RA = 2
# rtnetlink.h
RTPROT_STATIC, RTPROT_RA, RTPROT_DHCP = 4, 9, 16

_STATES = {1: "incomplete", 2: "reachable", 4: "stale", 8: "stale", 16: "stale", 32: "failed", 128: "stale"}


class Counters(NamedTuple):
    """The head of rtnl_link_stats64."""

    rx_packets: int
    tx_packets: int
    rx_bytes: int
    tx_bytes: int
    rx_errors: int
    tx_errors: int
    rx_dropped: int
    tx_dropped: int
    multicast: int
    collisions: int
    rx_length_errors: int
    rx_over_errors: int
    rx_crc_errors: int


class LinkRow(NamedTuple):
    """``kind`` is the kernel's own word for a software interface ("veth", "bridge"), "" for a driver's."""

    if_index: int
    name: str
    hardware_type: int
    flags: int
    carrier: bool | None
    carrier_changes: int | None
    mtu: int | None
    address: bytes | None
    kind: str
    master: int | None
    counters: Counters | None


class AddressRow(NamedTuple):
    if_index: int
    family: int
    address: str
    prefix_len: int
    scope: int
    flags: int
    valid_s: int | None
    protocol: int | None


class RouteRow(NamedTuple):
    if_index: int
    family: int
    destination: str
    gateway: str | None
    metric: int
    protocol: int
    table: int


class NeighbourRow(NamedTuple):
    if_index: int
    family: int
    address: str
    station: bytes | None
    state: str


def clean_name(raw: bytes) -> str:
    """An interface's name in printable ASCII without ``/``; the kernel allows nearly any byte in one."""
    text = raw.split(b"\0", 1)[0][:15].decode("utf-8", "replace")
    return "".join(c if "!" <= c <= "~" and c != "/" else "?" for c in text)


def address_text(family: int, raw: bytes | None) -> str | None:
    import socket

    if raw is None or len(raw) != {AF_INET: 4, AF_INET6: 16}.get(family):
        return None
    return socket.inet_ntop(socket.AF_INET if family == AF_INET else socket.AF_INET6, raw)


def link(payload: bytes) -> LinkRow | None:
    if len(payload) < 16:
        return None
    _family, _pad, hardware_type, index, flags, _change = struct.unpack_from("=BBHiII", payload)
    found = attributes(payload, 16)
    name = clean_name(found.get(3, b""))
    if not name or index <= 0:
        return None
    raw_counters = found.get(23, b"")
    carrier = number(found.get(33))
    return LinkRow(
        if_index=index,
        name=name,
        hardware_type=hardware_type,
        flags=flags,
        carrier=None if carrier is None else bool(carrier),
        carrier_changes=number(found.get(35)),
        mtu=number(found.get(4)),
        address=found.get(1),
        kind=clean_name(attributes(found.get(18, b"")).get(1, b"")),
        master=number(found.get(10)),
        counters=Counters(*struct.unpack_from("=13Q", raw_counters)) if len(raw_counters) >= 104 else None,
    )


def address(payload: bytes) -> AddressRow | None:
    if len(payload) < 8:
        return None
    family, prefix_len, flags, scope, index = struct.unpack_from("=BBBBI", payload)
    found = attributes(payload, 8)
    # On a point-to-point interface IFA_ADDRESS is the far end; IFA_LOCAL is always ours when it is there.
    text = address_text(family, found.get(2) or found.get(1))
    if text is None or prefix_len > (32 if family == AF_INET else 128):
        return None
    times = found.get(6, b"")
    valid = struct.unpack_from("=I", times, 4)[0] if len(times) >= 8 else FOR_EVER
    wide_flags = number(found.get(8))
    return AddressRow(
        if_index=index,
        family=family,
        address=text,
        prefix_len=prefix_len,
        scope=scope,
        flags=flags if wide_flags is None else wide_flags,
        valid_s=None if valid == FOR_EVER else valid,
        protocol=number(found.get(11)),
    )


_HALVES = {AF_INET: ("0.0.0.0", "128.0.0.0"), AF_INET6: ("::", "8000::")}  # noqa: S104 - route destinations


def routes(payload: bytes) -> list[RouteRow]:
    """The next hops of a unicast default route or /1 half, one row each; empty for every other route."""
    if len(payload) < 12:
        return []
    family, length, _source, _tos, table, protocol, _scope, kind = struct.unpack_from("=8B", payload)
    if family not in _HALVES or length > 1 or kind != 1:  # most of a big table ends here, before attributes are read
        return []
    found = attributes(payload, 12)
    start = address_text(family, found.get(1)) if 1 in found else _HALVES[family][0]
    if start not in _HALVES[family] or (length == 0 and start != _HALVES[family][0]):
        return []
    wide_table = number(found.get(15))
    rows = []
    for index, hop in _hops(found):
        gateway = address_text(family, hop.get(5))
        via = hop.get(18)  # RTA_VIA: a next hop of the other family (RFC 5549)
        if gateway is None and via is not None and len(via) > 2:
            gateway = address_text(int(struct.unpack_from("=H", via)[0]), via[2:])
        if gateway in ("0.0.0.0", "::"):  # noqa: S104 - a route without a gateway, as some tools write it
            gateway = None
        rows.append(
            RouteRow(
                if_index=index,
                family=family,
                destination=f"{start}/{length}",
                gateway=gateway,
                metric=number(found.get(6)) or 0,
                protocol=protocol,
                table=table if wide_table is None else wide_table,
            )
        )
    return rows


def _hops(found: dict[int, bytes]) -> list[tuple[int, dict[int, bytes]]]:
    """(interface index, attributes) of each next hop: RTA_OIF, or the members of RTA_MULTIPATH (at most 16)."""
    index = number(found.get(4))
    if index:
        return [(index, found)]
    several = found.get(9, b"")
    hops: list[tuple[int, dict[int, bytes]]] = []
    offset = 0
    while offset + 8 <= len(several) and len(hops) < 16:
        length, _flags, _weight, index = struct.unpack_from("=HBBi", several, offset)
        if length < 8 or offset + length > len(several):
            break
        if index > 0:
            hops.append((index, attributes(several[: offset + length], offset + 8)))
        offset += (length + 3) & ~3
    return hops


def catch_all_table(payload: bytes) -> int | None:
    """The table that a policy rule sends *every* ordinary packet to, before the main table is asked; else None.

    WireGuard's and NetworkManager's "not from my own mark: look up my table" is such a rule, and so is "from all":
    their default routes decide although the main table holds another.
    """
    if len(payload) < 12:
        return None
    _family, dst, src, tos, table, _r1, _r2, action, flags = struct.unpack_from("=8BI", payload)
    found = attributes(payload, 12)
    narrow = {1, 2, 3, 17, 19, 20, 22, 23, 24}  # to, from, incoming, outgoing, VRF, user, protocol, ports
    marked = bool(number(found.get(10)))
    inverted = bool(flags & 0x2)
    if action != 1 or dst or src or tos or narrow & found.keys() or marked != inverted:
        return None
    if number(found.get(14)) not in (None, FOR_EVER):  # "suppress": the default routes of that table do not count
        return None
    wide_table = number(found.get(15))
    table = table if wide_table is None else wide_table
    priority = number(found.get(6))
    return table if table not in (0, 253, 254, 255) and priority is not None and priority < 32766 else None


def neighbour(payload: bytes) -> NeighbourRow | None:
    """One station's entry; None for group addresses and entries that need no resolution (NUD_NOARP)."""
    if len(payload) < 12:
        return None
    family, _p1, _p2, index, state, _flags, _kind = struct.unpack_from("=BBHiHBB", payload)
    found = attributes(payload, 12)
    text = address_text(family, found.get(1))
    # NUD_PERMANENT was written by hand: it proves nothing about life, so it counts as stale.
    word = _STATES.get(state)
    if text is None or word is None:
        return None
    group = text.startswith("ff") if family == AF_INET6 else 224 <= int(text.split(".", 1)[0]) <= 255
    return None if group else NeighbourRow(index, family, text, found.get(2), word)
