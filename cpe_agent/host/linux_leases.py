"""DHCP leases as the usual Linux clients keep them. Pure parsers; ``read_leases`` looks where they are kept."""

from __future__ import annotations

import ipaddress
import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Lease
from cpe_agent.host.bounded_file import age_s, files_in, read_bytes, read_text
from cpe_agent.host.parse_linux import assignments, ip_text, lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_RESOLVERS = 16


class Kept(NamedTuple):
    """A lease with the moment it began (seconds since the epoch), when that is known."""

    lease: Lease
    began: float | None


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(found for word in re.split(r"[\s,]+", text[:2048]) if (found := ip_text(word)))[:MAX_RESOLVERS]


def _first(text: str) -> str | None:
    return next(iter(_addresses(text)), None)


def prefix_of_mask(text: str) -> int | None:
    try:
        return ipaddress.ip_network(f"0.0.0.0/{text.strip()}").prefixlen
    except ValueError:
        return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) <= 10 else None


def _date(text: str) -> float | None:
    """``4 2026/11/19 10:00:00`` in UTC, or ``epoch 1795082400`` (dhclient.leases(5))."""
    from datetime import UTC, datetime

    words = text.split()
    if len(words) >= 2 and words[0] == "epoch":
        return _seconds(words[1])
    try:
        fields = [int(field) for field in " ".join(words[1:3]).replace("/", " ").replace(":", " ").split()]
        year, month, day, hour, minute, second = fields
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def dhclient(text: str) -> list[Kept]:
    """dhclient.leases(5): the file grows, so the last lease of an interface is the one that counts."""
    newest: dict[str, Kept] = {}
    values: dict[str, str] | None = None
    for line in lines_of(text):
        if line.startswith("lease {"):
            values = {}
        elif line.startswith("}"):
            nic = (values or {}).get("interface", "").strip('"')
            if values is not None and nic:
                newest.pop(nic, None)
                newest[nic] = _dhclient_lease(nic, values)
            values = None
        elif values is not None and len(values) < 64:
            key, _, value = line.rstrip(";").removeprefix("option ").partition(" ")
            values[key] = value
    return list(newest.values())


def _dhclient_lease(nic: str, values: Mapping[str, str]) -> Kept:
    never = values.get("expire", "").strip() == "never"
    valid = None if never else _seconds(values.get("dhcp-lease-time"))
    ends = _date(values.get("expire", ""))
    lease = Lease(
        nic=nic[:15],
        address=ip_text(values.get("fixed-address", "")),
        server=ip_text(values.get("dhcp-server-identifier", "")),
        router=_first(values.get("routers", "")),
        prefix_len=prefix_of_mask(values.get("subnet-mask", "")),
        resolvers=_addresses(values.get("domain-name-servers", "")),
        valid_s=valid,
    )
    return Kept(lease, ends - valid if ends is not None and valid is not None else None)


def systemd(nic: str, text: str, began: float | None) -> Kept | None:
    """What networkd and NetworkManager's own client write: ``ADDRESS=``, ``ROUTER=``, ``LIFETIME=`` ..."""
    values = assignments(text)
    address = ip_text(values.get("ADDRESS", ""))
    if address is None:
        return None
    lease = Lease(
        nic=nic,
        address=address,
        server=ip_text(values.get("SERVER_ADDRESS", "")),
        router=_first(values.get("ROUTER", "")),
        prefix_len=prefix_of_mask(values["NETMASK"]) if "NETMASK" in values else None,
        resolvers=_addresses(values.get("DNS", "")),
        valid_s=_seconds(values.get("LIFETIME")),
    )
    return Kept(lease, began)


def packet(nic: str, data: bytes, began: float | None) -> Kept | None:
    """The server's ACK as it came (RFC 2131, section 2; options RFC 2132), which is what dhcpcd keeps."""
    if len(data) < 240 or data[236:240] != b"\x63\x82\x53\x63":
        return None
    options: dict[int, bytes] = {}
    offset = 240
    while offset + 1 < len(data) and data[offset] != 255:
        if data[offset] == 0:
            offset += 1
            continue
        code, length = data[offset], data[offset + 1]
        options.setdefault(code, data[offset + 2 : offset + 2 + length])
        offset += 2 + length

    def quads(code: int) -> tuple[str, ...]:
        value = options.get(code, b"")
        return tuple(str(ipaddress.IPv4Address(value[i : i + 4])) for i in range(0, len(value) // 4 * 4, 4))

    seconds = struct.unpack("!I", options[51])[0] if len(options.get(51, b"")) == 4 else None
    lease = Lease(
        nic=nic,
        address=str(ipaddress.IPv4Address(data[16:20])),
        server=next(iter(quads(54)), None),
        router=next(iter(quads(3)), None),
        prefix_len=prefix_of_mask(quads(1)[0]) if quads(1) else None,
        resolvers=quads(6)[:MAX_RESOLVERS],
        valid_s=None if seconds in (None, 0xFFFFFFFF) else float(seconds),
    )
    return Kept(lease, began)


def nmcli(nic: str, options: Mapping[str, str]) -> Kept | None:
    """``DHCP4.OPTION`` of ``nmcli device show``: ``ip_address = 192.0.2.5`` and so on."""
    address = ip_text(options.get("ip_address", ""))
    if address is None:
        return None
    valid, ends = _seconds(options.get("dhcp_lease_time")), _seconds(options.get("expiry"))
    lease = Lease(
        nic=nic,
        address=address,
        server=ip_text(options.get("dhcp_server_identifier", "")),
        router=_first(options.get("routers", "")),
        prefix_len=prefix_of_mask(options["subnet_mask"]) if "subnet_mask" in options else None,
        resolvers=_addresses(options.get("domain_name_servers", "")),
        valid_s=valid,
    )
    return Kept(lease, ends - valid if ends is not None and valid is not None else None)


def read_leases(root: Path, names: Mapping[int, str], now: float) -> list[Kept]:
    """Every lease in the usual places. ``names``: interface index -> name, of the interfaces that exist."""
    found: list[Kept] = []
    for folder in ("var/lib/dhcp", "var/lib/dhclient", "var/lib/NetworkManager"):
        for path in files_in(root / folder, most=128):
            if path.name.startswith("dhclient") and path.name.endswith((".leases", ".lease")):
                found += dhclient(read_text(path, tail=True) or "")
    by_length = sorted(names.values(), key=len, reverse=True)
    for path in files_in(root / "var/lib/NetworkManager", ".lease"):
        nic = next((name for name in by_length if path.name.endswith(f"-{name}.lease")), None)
        if path.name.startswith("internal-") and nic is not None:
            found += _when(systemd(nic, read_text(path) or "", _began(path, now)))
    for index, nic in names.items():
        path = root / f"run/systemd/netif/leases/{index}"
        found += _when(systemd(nic, read_text(path) or "", _began(path, now)))
    for folder, prefix in (("var/lib/dhcpcd", ""), ("var/lib/dhcpcd5", "dhcpcd-"), ("var/db/dhcpcd", "")):
        for path in files_in(root / folder, ".lease"):
            # eth0.lease, wlan0-NetworkName.lease
            stem = path.name.removeprefix(prefix).removesuffix(".lease")
            nic = next((name for name in by_length if stem == name or stem.startswith(f"{name}-")), None)
            if nic is not None:
                found += _when(packet(nic, read_bytes(path, 4096) or b"", _began(path, now)))
    return found


def _began(path: Path, now: float) -> float | None:
    age = age_s(path, now)
    return None if age is None else now - age


def _when(kept: Kept | None) -> list[Kept]:
    return [] if kept is None else [kept]


def newest(kept: list[Kept], names: Mapping[int, str], now: float) -> tuple[Lease, ...]:
    """One lease an interface that exists: the newest that has not expired, with its age filled in."""
    best: dict[str, Kept] = {}
    for one in kept:
        nic = one.lease.nic
        if nic not in names.values():
            continue
        if one.began is not None and one.lease.valid_s is not None and one.began + one.lease.valid_s < now:
            continue
        if nic not in best or (one.began or 0.0) >= (best[nic].began or 0.0):
            best[nic] = one
    return tuple(
        one.lease._replace(obtained_age_s=max(0.0, now - one.began) if one.began is not None else None)
        for one in best.values()
    )[:64]
