"""What a report may not say although it was measured: the customer's own addresses on the Internet, and the hardware
addresses that hide in other words.

- A public IPv4 address of the customer's (the computer's own, the router's outer one) loses its last 8 bits; one that a
  provider shares out among many homes (RFC 6598) too.
- An IPv6 address of the customer's network keeps its first 48 bits; the rest is a hash under a key of this
  report alone: equal addresses stay equal, others stay apart, and nobody finds the computer.
- An interface identifier that was made of a hardware address (RFC 4291, appendix A) is hashed wherever it stands, and
  so is an interface name that spells one (systemd's ``enx0011...``).

Addresses of the home's inside (RFC 1918) and of other people's equipment stay: they do not tell who the customer is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

_INSIDE_V4 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")))
_INSIDE_V6 = tuple(map(IPv6Network, ("fe80::/10", "fc00::/7", "::1/128")))
_KEPT_V6 = 48
_NAMED_BY_MAC = re.compile(r"\b(en|wl|ww)x[0-9a-f]{12}\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{3,45}")


def private(sections: dict[str, Any], *more: Any, key: bytes | None = None) -> tuple[Any, ...]:
    """The plain content of the sections, and whatever else belongs to the same report, without them."""
    mask = _Mask(sections, os.urandom(16) if key is None else key)
    return tuple(_each_text(value, mask.text) for value in (sections, *more))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(inner, change) for inner in value]
    if isinstance(value, dict):
        return {name: _each_text(inner, change) for name, inner in value.items()}
    return value


class _Mask:
    def __init__(self, sections: dict[str, Any], key: bytes) -> None:
        self._key = key
        self._v4: set[str] = set()
        self._v6: set[IPv6Network] = set()
        for text in own_addresses(sections):
            try:
                address = ip_address(text.partition("%")[0])
            except ValueError:
                continue
            if isinstance(address, IPv6Address):
                if not any(address in net for net in _INSIDE_V6):
                    self._v6.add(IPv6Network((int(address) >> 80 << 80, _KEPT_V6)))
            elif not any(address in net for net in _INSIDE_V4):
                self._v4.add(str(address))

    def text(self, text: str) -> str:
        text = _NAMED_BY_MAC.sub(lambda found: f"{found[1]}x-{self._hash(found[0].lower().encode(), 3).hex()}", text)
        return _ADDRESS.sub(lambda found: self._address(found[0]), text) if ":" in text or self._v4 else text

    def _address(self, text: str) -> str:
        if text in self._v4:
            return str(ip_network(f"{text}/24", strict=False).network_address)
        if text.count(":") < 2:
            return text
        try:
            address = IPv6Address(text)
        except ValueError:
            return text
        hashed = int.from_bytes(self._hash(address.packed, 8))
        kept = next((int(net.network_address) for net in self._v6 if address in net), None)
        if kept is not None:
            return str(IPv6Address(kept | hashed))
        if _of_hardware(address) and any(address in net for net in _INSIDE_V6):
            return str(IPv6Address(int(address) >> 64 << 64 | hashed))
        return text

    def _hash(self, value: bytes, size: int) -> bytes:
        return blake2b(value, digest_size=size, key=self._key).digest()


def _of_hardware(address: IPv6Address) -> bool:
    return address.packed[11:13] == b"\xff\xfe"


def own_addresses(sections: dict[str, Any]) -> Iterator[str]:
    """Every address in a report that is the computer's own, a neighbour's (IPv6: of the same network) or the router's
    outer one."""
    addressing, router = (sections.get(name) or {} for name in ("addressing", "router"))
    for record in (*(addressing.get("addresses") or ()), *(addressing.get("leases") or ())):
        yield str(record.get("address") or "")
    for record in (sections.get("neighbours") or {}).get("entries") or ():
        if record.get("family") == "v6":
            yield str(record.get("address") or "")
    for igd in router.get("igds") or ():
        for sample in igd.get("samples") or ():
            yield str(sample.get("external_address") or "")
    for mapping in router.get("natpmp") or ():
        yield str(mapping.get("external_address") or "")
