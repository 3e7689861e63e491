"""The interfaces of a Mac, as ``ifconfig``, ``netstat -i`` and ``networksetup`` print them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Family, Nic, NicKind
from cpe_agent.host.hardware_address import station
from cpe_agent.host.parse_linux import ip_text, lines_of, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

MAX_INTERFACES, MAX_NICS, MAX_ADDRESSES = 256, 64, 512
HARDWARE = {NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR}

_HEAD = re.compile(r"([A-Za-z][\w.-]{0,15}): flags=[0-9a-f]{1,16}<([A-Z0-9_,]{0,512})>(?: mtu (\d{1,6}))?")
_INDEX = re.compile(r" index (\d{1,6})\b")
_INET = re.compile(r"inet (\S{7,15})(?: --> \S{7,15})? netmask 0x([0-9a-f]{8})\b")
_INET6 = re.compile(r"inet6 (\S{2,64}?)(?: --> \S{2,64})? prefixlen (\d{1,3})\b(.{0,256})")
_VALID = re.compile(r"\bvltime (\d{1,10})\b")
_MEDIA = re.compile(r"media: .{0,64}?(\d{1,6})(G?)[Bb]ase[\w-]{1,12}(.{0,128})")
_ROW = re.compile(r"(\S{1,16}?)\*? +\d{1,6} +<Link#(\d{1,6})> +(.{1,256})$")
_PORT = re.compile(r"Hardware Port: (.{1,128})$")
_DEVICE = re.compile(r"Device: (\S{1,16})$")

_BY_NAME = (  # the rest of a Mac's names; en0, en1 ... are told apart by their hardware port
    (re.compile(r"lo\d"), NicKind.LOOPBACK),
    (re.compile(r"ppp\d"), NicKind.PPP),
    (re.compile(r"(utun|ipsec|gif|stf|tun|tap)\d"), NicKind.TUNNEL),
    (re.compile(r"pdp_ip\d"), NicKind.CELLULAR),
    (re.compile(r"(bond|vlan|fw)\d"), NicKind.OTHER),
    (re.compile(r"(awdl|llw|ap|p2p|anpi|bridge|vmnet|vmenet|vnic|feth|pktap|iptap|XHC|VHC)\d"), NicKind.VIRTUAL),
)
# A cable between two Macs is no way to a router, but may be made one; an adapter in that socket has a name of its own.
# Ports have their names in the user's language, whatever language a program asks in.
_PORTS = (
    (re.compile(r"Wi-?Fi|AirPort|WLAN", re.IGNORECASE), NicKind.WIFI),
    (re.compile(r"iPhone|iPad|Modem|WWAN|Bluetooth", re.IGNORECASE), NicKind.CELLULAR),
    (re.compile(r"Thunderbolt\W{0,3}(\d{1,2}\W{0,2}$|Bridge)"), NicKind.OTHER),
)
_RANK = {NicKind.ETHERNET: 0, NicKind.WIFI: 0, NicKind.CELLULAR: 0, NicKind.PPP: 1, NicKind.TUNNEL: 2, NicKind.OTHER: 2}


class Inet(NamedTuple):
    """``flags``: the words behind an IPv6 address (autoconf, dynamic, secured, tentative, duplicated ...). ``valid_s``:
    None for ever, or not said."""

    family: Family
    address: str
    prefix_len: int
    flags: frozenset[str] = frozenset()
    valid_s: int | None = None


class Interface(NamedTuple):
    """``active``: what ``status:`` says, None without one. ``type``: the word of ``ifconfig -v``. ``no_media``: it has
    nothing to plug a cable into (a socket without a cable says "autoselect (none)")."""

    name: str
    up: bool
    mtu: int | None
    if_index: int
    mac: bytes | None
    addresses: tuple[Inet, ...]
    active: bool | None
    speed_mbps: int | None
    duplex: str | None
    type: str | None
    no_media: bool = False


class Counted(NamedTuple):
    """One interface's row of ``netstat -ibn``, counted since it appeared."""

    if_index: int
    rx_packets: int
    rx_errors: int
    rx_bytes: int
    tx_packets: int
    tx_errors: int
    tx_bytes: int
    collisions: int


def mac_bytes(text: str) -> bytes | None:
    """macOS writes ``0:1c:b3:9:a:f0`` without leading zeros."""
    parts = text.split(":")
    if len(parts) != 6 or not all(re.fullmatch(r"[0-9A-Fa-f]{1,2}", part) for part in parts):
        return None
    return bytes(int(part, 16) for part in parts)


def ifconfig(text: str) -> tuple[Interface, ...]:
    """``ifconfig -a``, with or without ``-v`` and ``-L``."""
    found: list[Interface] = []
    addresses: list[Inet] = []
    for line in lines_of(text):
        head = _HEAD.match(line)
        if head:
            if len(found) == MAX_INTERFACES:
                break
            index = _INDEX.search(line, head.end())
            mtu = int(head[3]) if head[3] else None
            up = "UP" in head[2].split(",")
            addresses = []
            found.append(Interface(head[1], up, mtu, int(index[1]) if index else 0, None, (), None, None, None, None))
        elif found:
            found[-1] = _with(found[-1], line, addresses)
    return tuple(found)


def _with(one: Interface, line: str, addresses: list[Inet]) -> Interface:
    """``one`` and what this line adds to it."""
    word, _, rest = line.partition(" ")
    if word in ("inet", "inet6") and len(addresses) < MAX_ADDRESSES:
        address = _inet(line)
        if address is not None:
            addresses.append(address)
            return one._replace(addresses=tuple(addresses))
    elif word == "ether":
        return one._replace(mac=mac_bytes(rest.strip()))
    elif word == "status:":
        return one._replace(active={"active": True, "inactive": False}.get(rest))
    elif word == "type:":
        return one._replace(type=printable(rest, 32))
    elif word == "media:" and rest.strip() == "none":
        return one._replace(no_media=True)
    elif word == "media:" and (media := _MEDIA.match(line)):
        duplex = "full" if "full-duplex" in media[3] else ("half" if "half-duplex" in media[3] else None)
        return one._replace(speed_mbps=int(media[1]) * (1000 if media[2] else 1), duplex=duplex)
    return one


def _inet(line: str) -> Inet | None:
    if four := _INET.match(line):
        address, mask = ip_text(four[1]), int(four[2], 16)
        holes = ~mask & 0xFFFFFFFF
        if address is None or ":" in address or holes & (holes + 1):
            return None
        return Inet(Family.V4, address, 32 - holes.bit_length())
    six = _INET6.match(line)
    if six is None or (address := ip_text(six[1].partition("%")[0])) is None or ":" not in address:
        return None
    valid = _VALID.search(six[3])
    prefix = int(six[2])
    flags = frozenset(six[3].split())
    return Inet(Family.V6, address, prefix, flags, int(valid[1]) if valid else None) if prefix <= 128 else None


def counters(text: str) -> dict[str, Counted]:
    """``netstat -ibn``: the rows of interfaces themselves; those of their addresses count the same again."""
    found: dict[str, Counted] = {}
    for line in lines_of(text, MAX_INTERFACES * 8):
        row = _ROW.match(line)
        numbers = row[3].split()[-7:] if row else []
        if row and len(numbers) == 7 and all(n.isdecimal() and len(n) < 20 for n in numbers):
            found.setdefault(row[1], Counted(int(row[2]), *map(int, numbers)))
    return found


def hardware_ports(text: str) -> dict[str, str]:
    """``networksetup -listallhardwareports``: device -> the name of its port."""
    found: dict[str, str] = {}
    name = None
    for line in lines_of(text, 512):
        if port := _PORT.match(line):
            name = port[1]
        elif name is not None and (device := _DEVICE.match(line)):
            found[device[1]] = name
            name = None
    return found


def kind_by_name(name: str) -> NicKind | None:
    """None for a name that hardware has too."""
    return next((known for pattern, known in _BY_NAME if pattern.match(name)), None)


def kind(one: Interface, ports: Mapping[str, str], counted: Counted | None = None) -> NicKind:
    """By its name, then by the type that ``ifconfig -v`` gives to Wi-Fi alone, then by its hardware port."""
    known = kind_by_name(one.name)
    if known is not None:
        return known
    if one.type == "Wi-Fi":
        return NicKind.WIFI
    # Macs with Apple's own processors show some "Ethernet Adapters" that nothing can be plugged into; on a real one
    # without a list of media something was heard.
    if one.no_media and one.active is False and not (counted and counted.rx_packets):
        return NicKind.VIRTUAL
    port = ports.get(one.name)
    if port is not None:
        return next((known for pattern, known in _PORTS if pattern.search(port)), NicKind.ETHERNET)
    # A Mac without any port listed is one where nobody could be asked; in a list that is there, what is missing from it
    # is no hardware that the system set up.
    if one.name.startswith("en"):
        return NicKind.VIRTUAL if ports else NicKind.ETHERNET
    return NicKind.OTHER


def keep(found: Iterable[Interface], kinds: Mapping[str, NicKind], ways: Collection[str]) -> list[Interface]:
    """At most ``MAX_NICS``: those that carry a default route, then hardware, then the rest."""
    return sorted(found, key=lambda one: (one.name not in ways, _RANK.get(kinds[one.name], 3)))[:MAX_NICS]


def nic(one: Interface, of_kind: NicKind, counted: Counted | None) -> Nic:
    wired = of_kind is NicKind.ETHERNET and one.up and one.active is True
    return Nic(
        name=one.name,
        kind=of_kind,
        if_index=one.if_index or (counted.if_index if counted else 0),
        mac=station(one.mac) if of_kind is not NicKind.LOOPBACK else None,
        admin_up=one.up,
        carrier=one.active if one.up else None,
        speed_mbps=one.speed_mbps if wired else None,
        duplex=one.duplex if wired else None,
        mtu=one.mtu,
        rx_bytes=counted.rx_bytes if counted else None,
        tx_bytes=counted.tx_bytes if counted else None,
        rx_packets=counted.rx_packets if counted else None,
        tx_packets=counted.tx_packets if counted else None,
        rx_errors=counted.rx_errors if counted else None,
        tx_errors=counted.tx_errors if counted else None,
        collisions=counted.collisions if counted else None,
    )
