"""Which of a Linux system's interfaces are wire, radio, tunnel or nothing at all: rtnetlink's row plus sysfs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.facts import Nic, NicKind
from cpe_agent.host.bounded_file import read_int, read_text
from cpe_agent.host.hardware_address import station
from cpe_agent.host.netlink_rows import IFF_LOOPBACK, IFF_UP, LinkRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MAX_NICS = 64

# if_arp.h
ARPHRD_ETHER, ARPHRD_PPP, ARPHRD_RAWIP, ARPHRD_LOOPBACK, ARPHRD_NONE = 1, 512, 519, 772, 0xFFFE
_TUNNEL_TYPES = {768, 769, 776, 778, 823}  # ipip, ip6tnl, sit, gre, ip6gre
_TUNNEL_KINDS = {
    "tun", "wireguard", "amneziawg", "ipip", "ip6tnl", "sit", "gre", "gretap", "ip6gre", "ip6gretap", "vti", "vti6",
    "xfrm", "erspan", "ip6erspan", "ovpn", "ovpn-dco",
}  # fmt: skip
# Stands on a real interface and carries the address in its place.
_STANDS_ON_ANOTHER = {"vlan", "bond", "team"}
# The only wire there is inside a container or a laboratory; on a computer with hardware, a container's end.
_CONTAINER_WIRE = {"veth", "macvlan", "macvtap", "ipvlan", "netkit"}

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


def seen_in_sysfs(sysfs: Path, row: LinkRow) -> bool:
    """/sys may show another network namespace than ours; then nothing in it is about this interface."""
    return read_int(sysfs / row.name / "ifindex") == row.if_index


def driver_kind(sysfs: Path, row: LinkRow) -> NicKind:
    """The kind of an interface that a driver made (the kernel names no software kind for it)."""
    folder = sysfs / row.name
    if not seen_in_sysfs(sysfs, row):
        return NicKind.ETHERNET if row.hardware_type == ARPHRD_ETHER else NicKind.OTHER
    if (folder / "wireless").exists() or (folder / "phy80211").exists():
        return NicKind.WIFI
    if "DEVTYPE=wwan" in (read_text(folder / "uevent", 4096) or "") or row.hardware_type == ARPHRD_RAWIP:
        return NicKind.CELLULAR
    if not (folder / "device").exists():
        return NicKind.VIRTUAL
    return NicKind.ETHERNET if row.hardware_type == ARPHRD_ETHER else NicKind.OTHER


def kinds(rows: Sequence[LinkRow], sysfs: Path) -> dict[int, NicKind]:
    """Interface index -> kind."""
    found: dict[int, NicKind] = {}
    for row in rows:
        if row.flags & IFF_LOOPBACK or row.hardware_type == ARPHRD_LOOPBACK:
            found[row.if_index] = NicKind.LOOPBACK
        elif row.hardware_type == ARPHRD_PPP:
            found[row.if_index] = NicKind.PPP
        elif row.kind in _TUNNEL_KINDS or row.hardware_type in _TUNNEL_TYPES:
            # A tap is a switch port of a virtual machine as often as a tunnel; only one without a bridge can be a way.
            found[row.if_index] = NicKind.VIRTUAL if row.master else NicKind.TUNNEL
        elif row.kind == "wwan":
            found[row.if_index] = NicKind.CELLULAR
        elif row.kind in _STANDS_ON_ANOTHER:
            found[row.if_index] = NicKind.OTHER
        elif row.kind:
            found[row.if_index] = NicKind.VIRTUAL
        elif row.hardware_type == ARPHRD_NONE and not (sysfs / row.name / "device").exists():
            found[row.if_index] = NicKind.TUNNEL  # tun from a kernel that names no kind
        else:
            found[row.if_index] = driver_kind(sysfs, row)
    hardware = {NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR}
    if not hardware & set(found.values()):
        for row in rows:
            if row.kind in _CONTAINER_WIRE and not row.master:
                found[row.if_index] = NicKind.ETHERNET
    by_index = {row.if_index: row for row in rows}
    for row in rows:
        # A bridge over a real wire takes that wire's address: it is then the way to the router, not a virtual one.
        bridge = by_index.get(row.master or 0)
        if bridge is not None and bridge.kind in ("bridge", "openvswitch") and found[row.if_index] in hardware:
            found[bridge.if_index] = NicKind.OTHER
    return found


def keep(rows: Iterable[LinkRow], kind: dict[int, NicKind], with_default: set[int]) -> list[LinkRow]:
    """At most ``MAX_NICS``: those that carry a default route, then hardware, then the rest, by index."""

    def rank(row: LinkRow) -> tuple[bool, int, int]:
        return row.if_index not in with_default, _RANK[kind[row.if_index]], row.if_index

    return sorted(rows, key=rank)[:MAX_NICS]


def nic(row: LinkRow, kind: NicKind, sysfs: Path) -> Nic:
    up = bool(row.flags & IFF_UP)
    counted = row.counters
    speed: int | None = None
    duplex: str | None = None
    if kind is NicKind.ETHERNET and up and seen_in_sysfs(sysfs, row):
        speed = read_int(sysfs / row.name / "speed")
        duplex = (read_text(sysfs / row.name / "duplex", 16) or "").strip()
    return Nic(
        name=row.name,
        kind=kind,
        if_index=row.if_index,
        mac=station(row.address) if kind is not NicKind.LOOPBACK else None,
        admin_up=up,
        # The kernel keeps the last carrier of an interface that was switched off; nobody is looking at the wire then.
        carrier=row.carrier if up else None,
        speed_mbps=speed if speed is not None and 0 < speed < 4294967295 and speed != 65535 else None,
        duplex=duplex if duplex in ("full", "half") else None,
        mtu=row.mtu,
        rx_bytes=counted.rx_bytes if counted else None,
        tx_bytes=counted.tx_bytes if counted else None,
        rx_packets=counted.rx_packets if counted else None,
        tx_packets=counted.tx_packets if counted else None,
        rx_errors=counted.rx_errors if counted else None,
        tx_errors=counted.tx_errors if counted else None,
        rx_crc_errors=counted.rx_crc_errors if counted else None,
        rx_dropped=counted.rx_dropped if counted else None,
        collisions=counted.collisions if counted else None,
        multicast=counted.multicast if counted else None,
        carrier_changes=row.carrier_changes,
    )
