"""Pseudonyms for hardware addresses and Wi-Fi names.

Both identify a person's home. What leaves this package is a hash under a key that lives as long as this process: equal
means equal within one run, nothing more. The vendor prefix of a universally administered address stays, because the
maker of a router is a fact the diagnosis needs.
"""

from __future__ import annotations

import os

_KEY = os.urandom(16)


def _keyed(value: bytes, size: int) -> str:
    from hashlib import blake2s  # loads OpenSSL: 4 ms that a program asked for its version need not pay

    return blake2s(value, digest_size=size, key=_KEY).hexdigest()


def station(address: bytes | None) -> str | None:
    """``3c:a6:2f/9f3a1c`` for a 48-bit address; ``local/9f3a1c`` when it is locally administered (IEEE 802 clause 8.2:
    second-lowest bit of the first octet), because its prefix then names no maker. None for anything that is no address
    of one station: another length, all zeros, a group address."""
    if address is None or len(address) != 6 or not any(address) or address[0] & 1:
        return None
    prefix = "local" if address[0] & 2 else address[:3].hex(":")
    return f"{prefix}/{_keyed(address, 3)}"


def station_of_text(address: str) -> str | None:
    """The same from ``aa:bb:cc:dd:ee:ff`` or ``aa-bb-cc-dd-ee-ff``."""
    try:
        return station(bytes.fromhex(address.strip().replace(":", "").replace("-", "")))
    except ValueError:
        return None


def network_name(name: str) -> str | None:
    """A Wi-Fi name as a keyed hash; None for the empty name of a hidden network."""
    return _keyed(name.encode("utf-8", "replace"), 8) if name else None
