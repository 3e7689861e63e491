"""The packets of one PPPoE session, with the housekeeping that every stage needs done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.host.ppp_frames import (
    CHAP,
    CONFIGURE_REJECT,
    CONFIGURE_REQUEST,
    ECHO_REPLY,
    ECHO_REQUEST,
    IPCP,
    LCP,
    PADT,
    PAP,
    PROTOCOL_REJECT,
    TERMINATE_ACK,
    TERMINATE_REQUEST,
    Packet,
    SessionFrame,
    discovery_frame,
    read_frame,
    session_frame,
)

if TYPE_CHECKING:
    from cpe_agent.host.raw import Wire
    from cpe_agent.login.negotiation import Negotiation

_MOST_REJECTS = 16  # protocols turned down: a peer that offers more is only noise
_MOST_ECHOES = 64
GONE = Packet(0, PADT, 0)
"""Stands for the concentrator's PADT (RFC 2516, 5.5): the session is over, whatever PPP thinks."""


class Session:
    def __init__(self, wire: Wire, peer: bytes, number: int) -> None:
        self.wire = wire
        self.peer = peer
        self.number = number
        self.negotiations: dict[int, Negotiation] = {}
        self.offered: set[int] = set()  # control protocols that the peer began and we turned down
        self.ended: bytes | None = None  # the text of its Terminate-Request, or empty after a bare PADT
        self.gone = False
        self._identifier = 0
        self._rejects = 0
        self._echoes = 0

    def identifier(self) -> int:
        """A fresh one for a packet of ours."""
        self._identifier = self._identifier % 255 + 1
        return self._identifier

    def send(self, packet: Packet) -> None:
        self.wire.send(session_frame(self.peer, self.wire.mac, self.number, packet))

    def send_padt(self) -> None:
        self.wire.send(discovery_frame(self.peer, self.wire.mac, PADT, self.number, ()))

    async def next(self, until: float) -> Packet | None:
        """The next packet of this session, already answered where PPP wants an answer; None once the loop's clock has
        reached ``until``."""
        loop = asyncio.get_running_loop()
        while (left := until - loop.time()) > 0:
            frame = await self.wire.receive(left)
            if frame is None:
                return None
            heard = read_frame(frame, self.wire.mac)
            if heard is None or heard.source != self.peer or heard.session != self.number:
                continue
            if isinstance(heard, SessionFrame):
                self._keep_house(heard.packet)
                return heard.packet
            if heard.code == PADT:
                self.gone = True
                self.ended = self.ended if self.ended is not None else b""
                return GONE
        return None

    def _keep_house(self, packet: Packet) -> None:
        protocol, code, identifier, data, _ = packet
        negotiation = self.negotiations.get(protocol)
        if protocol == LCP and code == TERMINATE_REQUEST:
            self.ended = data
            self.send(Packet(LCP, TERMINATE_ACK, identifier))
        elif protocol == LCP and code == ECHO_REQUEST:
            self._echoes += 1
            if len(data) >= 4 and self._echoes <= _MOST_ECHOES:
                magic = self.negotiations[LCP].wanted.get(5, bytes(4)) if LCP in self.negotiations else bytes(4)
                self.send(Packet(LCP, ECHO_REPLY, identifier, magic + data[4:]))
        elif negotiation is not None and CONFIGURE_REQUEST <= code <= CONFIGURE_REJECT:
            negotiation.hear(packet)
        elif protocol not in (LCP, PAP, CHAP, IPCP):
            self.offered.add(protocol)
            self._rejects += 1
            if self._rejects <= _MOST_REJECTS:
                spelled = bytes([code, identifier]) + (4 + len(data)).to_bytes(2, "big") + data
                rejected = protocol.to_bytes(2, "big") + spelled
                self.send(Packet(LCP, PROTOCOL_REJECT, self.identifier(), rejected[:1400]))
