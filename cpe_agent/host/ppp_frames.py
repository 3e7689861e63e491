"""Frames of PPPoE (RFC 2516) and PPP (RFC 1661): made and read by scapy, checked here.

scapy believes a length that lies, so nothing reaches it that is longer than its frame, and what it read counts only
when it spells the very bytes that came. Everything that reads is pure and never raises.
"""

from __future__ import annotations

import struct
import sys
from types import ModuleType
from typing import Any, NamedTuple

from cpe_agent.collector import CannotMeasure, Outcome

DISCOVERY_TYPE, SESSION_TYPE = 0x8863, 0x8864
PADO, PADR, PADS, PADT = 0x07, 0x19, 0x65, 0xA7
SERVICE_NAME, AC_NAME, HOST_UNIQ, AC_COOKIE, RELAY_SESSION_ID = 0x0101, 0x0102, 0x0103, 0x0104, 0x0110
SERVICE_NAME_ERROR, AC_SYSTEM_ERROR, GENERIC_ERROR = 0x0201, 0x0202, 0x0203
LCP, PAP, CHAP, IPCP, IPV6CP = 0xC021, 0xC023, 0xC223, 0x8021, 0x8057
CONFIGURE_REQUEST, CONFIGURE_ACK, CONFIGURE_NAK, CONFIGURE_REJECT = 1, 2, 3, 4
TERMINATE_REQUEST, TERMINATE_ACK, CODE_REJECT, PROTOCOL_REJECT, ECHO_REQUEST, ECHO_REPLY = 5, 6, 7, 8, 9, 10

MOST_ITEMS = 64
_HEADER = struct.Struct("!6s6sHBBHH")  # Ethernet, then PPPoE: version and type, code, session, length
_PPP = struct.Struct("!HBBH")  # protocol, then code, identifier, length of what the protocol sent
_VERSION_TYPE = 0x11
_LONGEST = 1500

Items = tuple[tuple[int, bytes], ...]
"""Tags of discovery or options of a configuration: (type, value)."""


class Discovery(NamedTuple):
    """A discovery frame. ``whole``: every tag was well formed; otherwise ``tags`` are those before the broken one."""

    source: bytes
    code: int
    session: int
    tags: Items
    whole: bool


class Packet(NamedTuple):
    """One packet of a PPP control protocol. ``data`` is what follows code, identifier and length. ``options``: of a
    Configure packet of LCP or IPCP; None when they are malformed, and for every other packet."""

    protocol: int
    code: int
    identifier: int
    data: bytes = b""
    options: Items | None = None

    def __repr__(self) -> str:
        # A PAP request holds the password: what is printed of a packet never holds its content.
        return f"<PPP {self.protocol:#06x} code {self.code} id {self.identifier}, {len(self.data)} bytes>"


class SessionFrame(NamedTuple):
    source: bytes
    session: int
    packet: Packet


def load() -> ModuleType:
    """scapy's PPP layers: an eighth of a second, once. Raises ``CannotMeasure`` when scapy is not installed."""
    try:
        import logging

        # scapy speaks about the system's routes and interfaces, which no frame here needs.
        logging.getLogger("scapy").setLevel(logging.CRITICAL)
        import scapy.main

        _without_tables(scapy.main)
        from scapy.config import conf

        conf.route_autoload = conf.route6_autoload = False
        import scapy.layers.ppp as layers
    except ImportError:
        raise CannotMeasure(
            Outcome.UNSUPPORTED, "the login test needs scapy, which is not installed: pip install 'cpe-agent[raw]'"
        ) from None
    conf.max_list_count = _LONGEST  # a frame bounds the list; scapy's own bound is an exception
    module: ModuleType = layers
    return module


def _without_tables(main: Any) -> None:
    """scapy reads tables of every maker of network and Bluetooth hardware, half a second long, and keeps such tables as
    pickles in the user's home, where a program with rights over raw frames should neither read nor write. No frame
    needs them. Without its cache only: an empty table must not be kept there for others."""
    if "scapy.data" not in sys.modules and hasattr(main, "SCAPY_CACHE_FOLDER"):
        main.SCAPY_CACHE_FOLDER = None
        for name in ("scapy.libs.manuf", "scapy.libs.bluetoothids"):
            makers: Any = ModuleType(name)
            makers.DATA = ""
            sys.modules[name] = makers


# ------------------------------------------------------------------ made


def discovery_frame(destination: bytes, source: bytes, code: int, session: int, tags: Items) -> bytes:
    scapy = load()
    body = scapy.PPPoED(code=code, sessionid=session) / scapy.PPPoED_Tags(
        tag_list=[scapy.PPPoETag(tag_type=kind, tag_value=value) for kind, value in tags]
    )
    return _framed(scapy, destination, source, body)


def session_frame(destination: bytes, source: bytes, session: int, packet: Packet) -> bytes:
    """All control protocols share LCP's layout (RFC 1661, 5; RFC 1334, 2.2; RFC 1994, 4; RFC 1332, 2)."""
    scapy = load()
    protocol, code, identifier, data, options = packet
    made: Any
    if options is None:
        made = scapy.PPP_LCP(code=code, id=identifier, data=data)
    else:
        listed = [scapy.PPP_LCP_Option(type=kind, data=value) for kind, value in options]
        made = scapy.PPP_LCP_Configure(code=code, id=identifier, options=listed)
    body = scapy.PPPoE(sessionid=session) / scapy.PPP(proto=protocol) / made
    return _framed(scapy, destination, source, body)


def _framed(scapy: ModuleType, destination: bytes, source: bytes, body: Any) -> bytes:
    kind = DISCOVERY_TYPE if isinstance(body, scapy.PPPoED) else SESSION_TYPE
    frame = bytes(scapy.Ether(dst=destination.hex(":"), src=source.hex(":"), type=kind) / body)
    return frame.ljust(60, b"\0")  # the shortest Ethernet frame; some drivers do not pad


# ------------------------------------------------------------------ read


def read_frame(frame: bytes, own: bytes) -> Discovery | SessionFrame | None:
    """A frame that was sent to ``own``; None for any other, and for one that is cut short."""
    if len(frame) < _HEADER.size or frame[:6] != own:
        return None
    _, source, kind, version, code, session, length = _HEADER.unpack_from(frame)
    payload = frame[_HEADER.size : _HEADER.size + length]
    if version != _VERSION_TYPE or len(payload) < length or source == own or source[0] & 1:
        return None
    if kind == DISCOVERY_TYPE:
        return Discovery(source, code, session, *read_tags(payload))
    if kind != SESSION_TYPE or code != 0:
        return None
    packet = read_packet(payload)
    return None if packet is None else SessionFrame(source, session, packet)


def read_tags(payload: bytes) -> tuple[Items, bool]:
    """The tags of a discovery payload, at most 64, and whether all of it was well formed. A tag whose length points
    beyond the payload ends the list, as End-Of-List does (RFC 2516, appendix A)."""
    found: list[tuple[int, bytes]] = []
    read = 0
    if not 0 < len(payload) <= _LONGEST:
        return (), not payload
    try:
        listed = list(load().PPPoED_Tags(payload).tag_list)
    except Exception:  # by whichever exception scapy stumbles: malformed
        return (), False
    for tag in listed:
        kind = getattr(tag, "tag_type", None)
        if kind is None or tag.tag_len != len(tag.tag_value) or len(found) == MOST_ITEMS:
            return tuple(found), False
        read += 4 + tag.tag_len
        if kind == 0:
            return tuple(found), True
        found.append((kind, bytes(tag.tag_value)))
    return tuple(found), read == len(payload)


def read_packet(payload: bytes) -> Packet | None:
    """A control protocol's packet out of a PPP payload. What comes after its length is padding (RFC 1661, 5)."""
    if len(payload) < _PPP.size:
        return None
    protocol, code, identifier, length = _PPP.unpack_from(payload)
    if length < 4 or 2 + length > len(payload):
        return None
    data = payload[_PPP.size : 2 + length]
    configures = protocol in (LCP, IPCP) and CONFIGURE_REQUEST <= code <= CONFIGURE_REJECT
    options = read_options(payload[2 : 2 + length]) if configures else None
    return Packet(protocol, code, identifier, data, options)


def read_options(packet: bytes) -> Items | None:
    """The options of a whole Configure packet; None when one is malformed, or when there are more than 64. Split here
    and not by scapy: its classes for single options fix their length, and one of another length, which must be
    rejected and not overheard, would shift all that follow."""
    found: list[tuple[int, bytes]] = []
    at = 4
    while at < len(packet):
        length = packet[at + 1] if at + 1 < len(packet) else 0
        if length < 2 or at + length > len(packet) or len(found) == MOST_ITEMS:
            return None
        found.append((packet[at], packet[at + 2 : at + length]))
        at += length
    return tuple(found)


def read_sized(data: bytes) -> tuple[bytes, bytes] | None:
    """A byte of length, that many bytes, and what follows them: value and name of a CHAP Challenge (RFC 1994, 4.1),
    text of a PAP Ack or Nak (RFC 1334, 2.2.2). None when the length points beyond the end."""
    if not data or 1 + data[0] > len(data):
        return None
    return data[1 : 1 + data[0]], data[1 + data[0] :]


def value_of(items: Items, kind: int) -> bytes | None:
    """The first value of that type."""
    return next((value for found, value in items if found == kind), None)
