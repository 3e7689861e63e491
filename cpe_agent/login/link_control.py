"""The link itself (LCP, RFC 1661), and which way of logging in both sides accept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cpe_agent.host.ppp_frames import (
    CHAP,
    CONFIGURE_ACK,
    CONFIGURE_NAK,
    CONFIGURE_REJECT,
    LCP,
    PAP,
    Items,
    Packet,
)
from cpe_agent.login.ending import Outcome, Over
from cpe_agent.login.negotiation import Negotiation

if TYPE_CHECKING:
    from cpe_agent.login.session import Session

MRU, AUTHENTICATION, MAGIC = 1, 3, 5
# pppoe-server starts a pppd after its PADS: what comes before that one listens is lost, and it waits for a first word.
RESEND_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.7)
GIVE_UP_S = 2.5
_MRU_PPPOE = (1492).to_bytes(2, "big")  # RFC 2516, 7: the Ethernet MTU less PPPoE and PPP
_MOST_AUTH_NAKS = 4
_LOOP_SIGHTS = 2  # the second fresh magic number that comes back is no accident (RFC 1661, 6.4)

METHODS = {
    "pap": PAP.to_bytes(2, "big"),
    "chap": CHAP.to_bytes(2, "big") + b"\x05",
    "mschapv2": CHAP.to_bytes(2, "big") + b"\x81",
}
"""The value of the Authentication-Protocol option: PAP (RFC 1334), CHAP with MD5 (RFC 1994), MS-CHAPv2 (RFC 2759)."""


class LinkControl:
    """``allowed``: the methods we agree to, the one to ask for first. ``method`` is what the peer asked for and we
    acknowledged; None when it asked for no login at all."""

    def __init__(self, session: Session, allowed: tuple[str, ...]) -> None:
        self.method: str | None = None
        self.turned_down: set[str] = set()  # what the peer asked for and we may not or cannot do
        self._allowed = {METHODS[name]: name for name in allowed}
        self._preferred = METHODS[allowed[0]]
        self._auth_naks = 0
        self._sights = 0
        self._mine = [os.urandom(4)]
        self._session = session
        wanted = {MRU: _MRU_PPPOE, MAGIC: self._mine[0]}
        self._negotiation = Negotiation(session, LCP, wanted, judge=self._judge, adopt=self._adopt)

    async def open(self) -> None:
        """Raises ``Over``: lcp-failed, auth-method-refused or terminated."""
        opened = await self._negotiation.run(RESEND_S, GIVE_UP_S, lambda _: self._broken() or self._session.gone)
        if self._sights >= _LOOP_SIGHTS:
            raise Over(Outcome.LCP_FAILED, why="lcp.loop")
        if self._auth_naks > _MOST_AUTH_NAKS:
            raise Over(Outcome.AUTH_METHOD_REFUSED)
        if self._session.ended is not None:
            # A server that insists on its method ends the link instead of answering our Configure-Nak.
            raise Over(
                Outcome.AUTH_METHOD_REFUSED if self.turned_down else Outcome.TERMINATED, text=self._session.ended
            )
        if not opened:
            raise Over(Outcome.LCP_FAILED, why="lcp.no-agreement" if self._negotiation.rounds else "lcp.silent")
        if self.method is None and self.turned_down:
            raise Over(Outcome.AUTH_METHOD_REFUSED)

    def _broken(self) -> bool:
        over = self._sights >= _LOOP_SIGHTS or self._auth_naks > _MOST_AUTH_NAKS
        return over or self._session.ended is not None

    def _adopt(self, kind: int, value: bytes) -> bytes | None:
        if kind == MAGIC:
            self._mine.append(os.urandom(4))
            return self._mine[-1]
        smaller = len(value) == 2 and 64 <= int.from_bytes(value, "big") <= 1492
        return value if smaller else None

    def _judge(self, options: Items) -> tuple[int, Items]:
        rejected, refused = [], []
        asked: bytes | None = None
        for kind, value in options:
            if kind == MRU and len(value) == 2:
                continue
            if kind == MAGIC and len(value) == 4:
                if any(value == mine for mine in self._mine):
                    self._sights += 1
                    refused.append((kind, os.urandom(4)))
            elif kind == AUTHENTICATION and len(value) >= 2:
                asked = value
            else:
                # Compression of headers is forbidden on PPPoE (RFC 2516, 7); the rest we have no use for.
                rejected.append((kind, value))
        if rejected:
            return CONFIGURE_REJECT, tuple(rejected)
        if asked is not None and asked not in self._allowed:
            self.turned_down.add(method_name(asked))
            self._auth_naks += 1
            refused.append((AUTHENTICATION, self._preferred))
        if refused:
            return CONFIGURE_NAK, tuple(refused)
        self.method = None if asked is None else self._allowed[asked]
        return CONFIGURE_ACK, options


def method_name(value: bytes) -> str:
    """The name of an Authentication-Protocol option's value; ``0xc227``-like for what has none here."""
    names = {spelled: name for name, spelled in METHODS.items()}
    return names.get(value) or {0xC227: "eap"}.get(int.from_bytes(value[:2], "big")) or "0x" + value[:8].hex()


def is_echo_reply(packet: Packet) -> bool:
    return packet.protocol == LCP and packet.code == 10
