"""What Windows' DHCP client writes down about each interface, in the registry's Tcpip\\Parameters\\Interfaces\\{GUID},
which every user may read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Lease, Origin
from cpe_agent.host.parse_linux import ip_text
from cpe_agent.host.windows_address import NOBODY
from cpe_agent.host.windows_registry import number, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_SERVERS = 16
_FOR_EVER = 0x7FFFFFFF
_NONE = (*NOBODY, "255.255.255.255", "127.0.0.1")


class Interface(NamedTuple):
    """``dhcp``: what the settings ask for, None when they do not say. ``static``: addresses and gateways that they
    write out; ``resolvers`` the same for resolvers, ``offered`` those that came by DHCP."""

    dhcp: bool | None = None
    static: frozenset[str] = frozenset()
    resolvers: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()
    lease: Lease | None = None

    def address_origin(self, address: str, told: Origin) -> Origin:
        """``told``: what the address itself says. "Manual" may be a program's too; this makes it static."""
        return Origin.STATIC if told is Origin.UNKNOWN and address in self.static else told

    def resolver_origin(self, address: str) -> Origin:
        """What was offered comes first: a server that is both written down and offered is no mistake of anybody's."""
        if address in self.offered:
            return Origin.DHCP
        return Origin.STATIC if address in self.resolvers else Origin.UNKNOWN


def read_interface(nic: str, values: Mapping[str, object], values6: Mapping[str, object], now: float) -> Interface:
    """``values``: of the key under ``Tcpip``; ``values6``: of that under ``Tcpip6``, for IPv6 resolvers."""
    found = dict(values)
    enabled = number(found, "EnableDHCP")
    dhcp = None if enabled is None else bool(enabled)
    written = {*texts(found, "IPAddress"), *texts(found, "DefaultGateway")} if dhcp is False else set()
    return Interface(
        dhcp=dhcp,
        static=frozenset(_addresses(written)),
        resolvers=frozenset(_addresses(_split(f"{text(found, 'NameServer')} {text(dict(values6), 'NameServer')}"))),
        offered=frozenset(_addresses(_split(text(found, "DhcpNameServer")))),
        lease=_lease(nic, found, now) if dhcp else None,
    )


def _lease(nic: str, found: dict[str, object], now: float) -> Lease | None:
    address = next(iter(_addresses([text(found, "DhcpIPAddress")])), None)
    server = next(iter(_addresses([text(found, "DhcpServer")])), None)
    if address is None or address.startswith("169.254."):
        return None
    obtained, ends = number(found, "LeaseObtainedTime"), number(found, "LeaseTerminatesTime")
    age = now - obtained if obtained else None
    left = ends - now if ends and ends < _FOR_EVER else None
    return Lease(
        nic=nic,
        address=address,
        server=server,
        router=next(iter(_addresses(texts(found, "DhcpDefaultGateway"))), None),
        prefix_len=_prefix_len(text(found, "DhcpSubnetMask")),
        resolvers=tuple(_addresses(_split(text(found, "DhcpNameServer")))),
        # A clock that was set meanwhile makes nonsense of both.
        obtained_age_s=round(age, 1) if age is not None and age >= 0 else None,
        valid_s=round(left, 1) if left is not None and left >= 0 else None,
    )


def _split(line: str) -> list[str]:
    """Windows separates by blanks or by commas, according to who wrote it."""
    return [word for word in re.split(r"[\s,;]+", line[:1024]) if word][:64]


def _addresses(words: list[str] | set[str]) -> list[str]:
    found = (ip_text(word) for word in words)
    return list(dict.fromkeys(address for address in found if address and address not in _NONE))[:_MOST_SERVERS]


def _prefix_len(mask: str) -> int | None:
    address = ip_text(mask)
    if address is None or ":" in address:
        return None
    holes = ~int.from_bytes(bytes(map(int, address.split("."))), "big") & 0xFFFFFFFF
    return None if holes & (holes + 1) else 32 - holes.bit_length()
