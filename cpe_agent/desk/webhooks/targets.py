"""Where the desk may send anything: to the hosts that its keeper listed, and never into the house by a name's trick.

A listed *name* may lead to any public address. An address of this machine, of the house's network or of the link
(RFC 6890) is only spoken to when it is itself listed, however the name that leads there is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address


class NotAllowed(Exception):
    """``key`` of the sentence that says why: scheme, host, address."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Target(NamedTuple):
    """``host``: in small letters, without brackets. ``path``: with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def literal(self) -> Address | None:
        return address(self.host)

    @property
    def netloc(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def address(text: str) -> Address | None:
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def target(url: str, listed: Iterable[str]) -> Target:
    """Of a hook's URL, checked. Plain http is for listed addresses only: a name's answer can be forged on the way.
    Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("host") from None
    if parts.scheme not in ("https", "http") or parts.username is not None or parts.password is not None:
        raise NotAllowed("scheme")
    if not url.isascii() or any(c <= " " or c in '\\"<>' for c in url):
        raise NotAllowed("host")
    host = (parts.hostname or "").rstrip(".")
    names = {each.lower().rstrip(".") for each in listed}
    addresses = {found for each in names if (found := address(each)) is not None}
    literal = address(host)
    if not host or (literal not in addresses if literal is not None else host not in names):
        raise NotAllowed("host")
    if parts.scheme == "http" and literal is None:
        raise NotAllowed("scheme")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def reachable(found: Iterable[str], listed: Iterable[str]) -> str:
    """The first of a host's addresses that may be spoken to. One that may not be is enough to speak to none: a name
    that leads both out and in is somebody's trick. Raises NotAllowed."""
    allowed = {one for each in listed if (one := address(each)) is not None}
    addresses = [one for each in found if (one := address(each.partition("%")[0])) is not None]
    if not addresses or any(one not in allowed and not _public(one) for one in addresses):
        raise NotAllowed("address")
    return str(addresses[0])


def _public(one: Address) -> bool:
    if isinstance(one, IPv6Address) and (one.sixtofour is not None or one.teredo is not None):
        return False  # an IPv4 address, perhaps of the house, inside another one
    if isinstance(one, IPv6Address) and one.packed[:12] == bytes.fromhex("0064ff9b" + "00" * 8):
        return _public(IPv4Address(one.packed[12:]))  # NAT64 (RFC 6052)
    return one.is_global and not one.is_multicast and not one.is_reserved
