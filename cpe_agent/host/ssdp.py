"""Search for internet gateways on the home network (UPnP Device Architecture 1.1, section 1.3.2)."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from cpe_agent.host import SsdpAnswer, SsdpSearch
from cpe_agent.host.clean import clean
from cpe_agent.host.datagram import Wire

if TYPE_CHECKING:
    from cpe_agent.host.datagram import Heard

_GROUP = "239.255.255.250"
_PORT = 1900
_IGD = "urn:schemas-upnp-org:device:InternetGatewayDevice:"
_SENDS_S = (0.0, 0.1, 0.25)  # multicast is unacknowledged, and on Wi-Fi sent at the lowest rate
_MOST_HEARD = 256
_MOST_KEPT = 32
_LOCATION = 256


def _search(target: str, host: str) -> bytes:
    lines = ("M-SEARCH * HTTP/1.1", f"HOST: {host}:{_PORT}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {target}")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def read_answer(heard: Heard) -> SsdpAnswer | None:
    """None for what is no positive answer with a location."""
    lines = heard.data.split(b"\r\n", 64)[:64]
    if not lines[0].startswith(b"HTTP/1.") or b" 200" not in lines[0]:
        return None
    fields: dict[bytes, bytes] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    location = clean(fields.get(b"location"), _LOCATION)
    if location is None:
        return None
    return SsdpAnswer(heard.sender, location, clean(fields.get(b"st"), 128) or "")


async def ssdp(gateway: str, *, timeout_s: float) -> SsdpSearch:
    """See ``Net.ssdp``. By multicast out of the interface that leads to ``gateway``, and to the gateway itself, which
    answers even where multicast is lost. Returns once the gateway answered, otherwise after ``timeout_s``."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    kept: dict[str, SsdpAnswer] = {}
    heard_count = 0
    found = asyncio.Event()

    def hear(heard: Heard) -> None:
        nonlocal heard_count
        heard_count += 1
        if heard_count >= _MOST_HEARD:
            found.set()
        answer = read_answer(heard)
        if answer is None:
            return
        from_gateway = answer.sender == gateway and answer.search_target.startswith(_IGD)
        if answer.location not in kept and (len(kept) < _MOST_KEPT or from_gateway):
            kept[answer.location] = answer
        if from_gateway:
            found.set()

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((gateway, _PORT))  # sends nothing; asks the routing table for our own address
            own = way.getsockname()[0]
        sock.bind((own, 0))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
    except OSError:
        sock.close()
        return SsdpSearch((), 0)
    with Wire(sock, hear, lambda _: None, bound=_MOST_HEARD) as wire:
        for after in _SENDS_S:
            if after >= timeout_s or await _came(found, start + after):
                break
            # To the gateway itself once: where nothing listens, each costs one of the few errors that it may send.
            if after == 0.0:
                wire.send(_search(f"{_IGD}1", gateway), (gateway, _PORT))
            for version in (1, 2):
                wire.send(_search(f"{_IGD}{version}", _GROUP), (_GROUP, _PORT))
        await _came(found, start + timeout_s)
    ordered = sorted(kept.values(), key=lambda answer: answer.sender != gateway)
    return SsdpSearch(tuple(ordered[:_MOST_KEPT]), heard_count)


async def _came(event: asyncio.Event, until: float) -> bool:
    try:
        async with asyncio.timeout_at(until):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
