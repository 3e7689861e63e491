"""Who answers a PPPoE call on this wire: PADI out, PADO in (RFC 2516, 5.1 and 5.2), and nothing more.

No session is asked for, so nothing is taken and nothing can be locked. Two plain frames, spelled here without a
library.
"""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Sequence

from cpe_agent.facts import Concentrator
from cpe_agent.host import PppoeAsk
from cpe_agent.host.clean import clean
from cpe_agent.host.hardware_address import station
from cpe_agent.host.raw import open_wire

RESEND_S = (0.0, 0.4, 1.0)
OTHERS_S = 0.2  # how long a second concentrator may take after the first answer
MOST_CONCENTRATORS = 8
_MOST_TAGS = 64
_NAME_LIMIT = 64
_DISCOVERY = 0x8863
_PADI, _PADO = 0x09, 0x07
_END_OF_LIST, _SERVICE_NAME, _AC_NAME, _HOST_UNIQ = 0x0000, 0x0101, 0x0102, 0x0103
_ERRORS = {0x0201: "service-name-error", 0x0202: "ac-system-error", 0x0203: "generic-error"}
_HEADER = struct.Struct("!6s6sHBBHH")  # Ethernet, then PPPoE: version and type, code, session, length
_TAG = struct.Struct("!HH")
_VERSION_TYPE = 0x11
_SHORTEST = 60

Tags = list[tuple[int, bytes]]


def is_known(name: bytes | None, mac: bytes, listed: Sequence[str]) -> bool:
    """Is this concentrator in the profile's list, by AC-Name (as it is written) or by hardware address?"""
    own = mac.hex()
    spoken = (name or b"").decode("utf-8", "replace")
    return any(
        bool(entry) and (entry == spoken or entry.replace(":", "").replace("-", "").lower() == own) for entry in listed
    )


def call(mac: bytes, unique: bytes, service: bytes = b"") -> bytes:
    """A PADI for that service, or for any (RFC 2516, 5.1)."""
    tags = _TAG.pack(_SERVICE_NAME, len(service)) + service + _TAG.pack(_HOST_UNIQ, len(unique)) + unique
    header = _HEADER.pack(b"\xff" * 6, mac, _DISCOVERY, _VERSION_TYPE, _PADI, 0, len(tags))
    return (header + tags).ljust(_SHORTEST, b"\0")


def read_offer(frame: bytes, own: bytes) -> tuple[bytes, Tags] | None:
    """Who sent it, and its tags, out of a PADO to ``own``; None for any other frame and for one that is malformed."""
    if len(frame) < _HEADER.size or frame[:6] != own:
        return None
    _, source, kind, version, code, session, length = _HEADER.unpack_from(frame)
    payload = frame[_HEADER.size : _HEADER.size + length]
    if (kind, version, code, session) != (_DISCOVERY, _VERSION_TYPE, _PADO, 0) or len(payload) < length:
        return None
    if source == own or source[0] & 1:
        return None
    tags: Tags = []
    at = 0
    while at + _TAG.size <= len(payload):
        tag, size = _TAG.unpack_from(payload, at)
        if tag == _END_OF_LIST:
            return source, tags
        at += _TAG.size
        if at + size > len(payload) or len(tags) == _MOST_TAGS:
            return None
        tags.append((tag, payload[at : at + size]))
        at += size
    return (source, tags) if at == len(payload) else None


def concentrator(source: bytes, tags: Tags, listed: Sequence[str]) -> Concentrator:
    name = next((value for tag, value in tags if tag == _AC_NAME), None)
    return Concentrator(
        name=clean(name, _NAME_LIMIT),
        mac=station(source),
        known=is_known(name, source, listed) if listed else None,
        error=next((_ERRORS[tag] for tag, _ in tags if tag in _ERRORS), None),
    )


async def pppoe_discover(nic: str, *, listed: Sequence[str], timeout_s: float) -> PppoeAsk:
    """See ``Net.pppoe_discover``."""
    loop = asyncio.get_running_loop()
    unique = os.urandom(8)
    found: dict[bytes, Concentrator] = {}
    unmatched = False
    sent = 0
    with open_wire(nic) as wire:
        start = loop.time()
        until = start + timeout_s
        for following in (*(s for s in RESEND_S[1:] if s < timeout_s), timeout_s):
            wire.send(call(wire.mac, unique))
            sent += 1
            while (left := (until if found else start + following) - loop.time()) > 0:
                frame = await wire.receive(left)
                offer = None if frame is None else read_offer(frame, wire.mac)
                if offer is None or offer[0] in found:
                    continue
                source, tags = offer
                if (_HOST_UNIQ, unique) not in tags:
                    unmatched = True
                    continue
                if not found:
                    until = min(until, loop.time() + OTHERS_S)
                if len(found) < MOST_CONCENTRATORS:
                    found[source] = concentrator(source, tags, listed)
            if found:
                break
    return PppoeAsk(sent, tuple(found.values()), unmatched)
