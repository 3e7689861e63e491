"""PPPoE discovery (RFC 2516, 5): who answers the call, and a session with one of them."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.clean import clean
from cpe_agent.host.ppp_frames import (
    AC_COOKIE,
    AC_NAME,
    AC_SYSTEM_ERROR,
    GENERIC_ERROR,
    HOST_UNIQ,
    PADO,
    PADR,
    PADS,
    RELAY_SESSION_ID,
    SERVICE_NAME,
    SERVICE_NAME_ERROR,
    Discovery,
    Items,
    discovery_frame,
    read_frame,
    value_of,
)
from cpe_agent.host.pppoe_discovery import call, is_known
from cpe_agent.login.ending import Outcome, Over

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from cpe_agent.host.raw import Wire

PADI_RESEND_S = (0.4, 1.1)
PADI_GIVE_UP_S = 2.0  # with the program's own start the verdict stands within 2.8 s
OTHERS_S = 0.2  # how long a second concentrator may take after the first answer
MEANWHILE_S = 0.1  # at the least to read what came while scapy was loading, on a slow computer too
PADR_RESEND_S = (0.7, 1.7)
PADR_GIVE_UP_S = 2.5
MOST_CONCENTRATORS = 8

_ERRORS = {
    SERVICE_NAME_ERROR: "service-name-error",
    AC_SYSTEM_ERROR: "ac-system-error",
    GENERIC_ERROR: "generic-error",
}


class Concentrator(NamedTuple):
    """One that offered a session. ``known``: the profile lists its name or hardware address. ``echoed``: the tags of
    its offer that must come back to it; ``error``: what it reports in place of an offer, and its text."""

    name: str | None
    mac: bytes
    known: bool
    echoed: Items
    error: tuple[str, bytes] | None


class Granted(NamedTuple):
    """``error``: service-name-error | ac-system-error | generic-error, then ``number`` means nothing."""

    number: int
    error: str | None
    text: bytes


def error_of(tags: Items) -> tuple[str, bytes] | None:
    """The error that a PADO or PADS carries, and its text (RFC 2516, appendix A)."""
    return next(((_ERRORS[kind], value) for kind, value in tags if kind in _ERRORS), None)


class Found(NamedTuple):
    """``unmatched``: an offer was sent to this computer that does not carry our call's mark, or that is garbled."""

    concentrators: tuple[Concentrator, ...]
    unmatched: bool


async def find(wire: Wire, service: str, listed: Sequence[str], loading: asyncio.Future[ModuleType]) -> Found:
    """Call (PADI) and collect the offers (PADO), in order of arrival, one a concentrator; none is a finding too. A
    second answer is waited for: a rogue beside the provider's own is worth knowing before anything is sent.

    ``loading``: scapy, which loads while the call is out; that one frame is spelled without it. Raises
    ``CannotMeasure`` when it is not installed."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    unique = os.urandom(8)
    found: dict[bytes, Concentrator] = {}
    unmatched = False
    until = start + PADI_GIVE_UP_S
    for following in (*PADI_RESEND_S, PADI_GIVE_UP_S):
        if found:
            break
        wire.send(call(wire.mac, unique, service.encode()))
        while (left := min(start + following, until) - loop.time()) > 0:
            frame = await wire.receive(left)
            arrived = loop.time()
            await asyncio.shield(loading)
            heard = None if frame is None else read_frame(frame, wire.mac)
            if not isinstance(heard, Discovery) or heard.code != PADO:
                continue
            if value_of(heard.tags, HOST_UNIQ) != unique:
                unmatched = True
                continue
            if heard.source in found or len(found) == MOST_CONCENTRATORS:
                continue
            if not found:
                following = PADI_GIVE_UP_S
                until = min(until, max(arrived + OTHERS_S, loop.time() + MEANWHILE_S))
            found[heard.source] = _concentrator(heard, listed)
    return Found(tuple(found.values()), unmatched)


def _concentrator(offer: Discovery, listed: Sequence[str]) -> Concentrator:
    name = value_of(offer.tags, AC_NAME)
    return Concentrator(
        clean(name),
        offer.source,
        is_known(name, offer.source, listed),
        tuple((kind, value) for kind, value in offer.tags if kind in (AC_COOKIE, RELAY_SESSION_ID)),
        error_of(offer.tags),
    )


def choose(found: Sequence[Concentrator]) -> Concentrator:
    """A known one before a stranger, one that offers before one that reports an error, else the first."""
    return min(found, key=lambda c: (not c.known, c.error is not None))


async def request(wire: Wire, concentrator: Concentrator, service: str) -> Granted:
    """Ask that one for a session (PADR) until it answers (PADS). Raises ``Over`` (no-pads) when it keeps silent."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    unique = os.urandom(8)
    tags = ((SERVICE_NAME, service.encode()), (HOST_UNIQ, unique), *concentrator.echoed)
    for following in (*PADR_RESEND_S, PADR_GIVE_UP_S):
        wire.send(discovery_frame(concentrator.mac, wire.mac, PADR, 0, tags))
        while (left := start + following - loop.time()) > 0:
            frame = await wire.receive(left)
            heard = None if frame is None else read_frame(frame, wire.mac)
            if not isinstance(heard, Discovery) or heard.code != PADS or heard.source != concentrator.mac:
                continue
            if value_of(heard.tags, HOST_UNIQ) != unique:
                continue
            error = error_of(heard.tags)
            if error is not None:
                return Granted(0, *error)
            if heard.session == 0:
                return Granted(0, "generic-error", b"")  # refused, and no reason given
            return Granted(heard.session, None, b"")
    raise Over(Outcome.NO_PADS)
