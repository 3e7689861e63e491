"""The address that an accepted login is given (IPCP, RFC 1332). Taken for a moment and given back."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cpe_agent.host.ppp_frames import (
    CONFIGURE_ACK,
    CONFIGURE_REJECT,
    IPCP,
    IPV6CP,
    LCP,
    PROTOCOL_REJECT,
    Items,
    Packet,
)
from cpe_agent.login.negotiation import Negotiation

if TYPE_CHECKING:
    from cpe_agent.login.session import Session

RESEND_S = (0.3, 0.7, 1.3)
GIVE_UP_S = 2.0
_ADDRESS = 3
_NONE = bytes(4)


class Address(StrEnum):
    """What became of it. ``none``: the far end takes part and gives no address. ``six-only``: it refuses IPv4 and
    offers IPv6."""

    GIVEN = "given"
    NONE = "none"
    REFUSED = "refused"
    SIX_ONLY = "six-only"
    SILENT = "silent"
    HUNG_UP = "hung-up"


async def take_address(session: Session) -> Address:
    refused = False

    def judge(options: Items) -> tuple[int, Items]:
        others = tuple((kind, value) for kind, value in options if kind != _ADDRESS or len(value) != 4)
        return (CONFIGURE_REJECT, others) if others else (CONFIGURE_ACK, options)

    def adopt(kind: int, value: bytes) -> bytes | None:
        return value if kind == _ADDRESS and len(value) == 4 else None

    def over(packet: Packet) -> bool:
        nonlocal refused
        if packet.protocol == LCP and packet.code == PROTOCOL_REJECT:
            refused = refused or packet.data[:2] == IPCP.to_bytes(2, "big")
        return refused or session.ended is not None

    negotiation = Negotiation(session, IPCP, {_ADDRESS: _NONE}, judge=judge, adopt=adopt)
    opened = await negotiation.run(RESEND_S, GIVE_UP_S, over)
    if session.ended is not None:
        return Address.HUNG_UP
    if refused:
        return Address.SIX_ONLY if IPV6CP in session.offered else Address.REFUSED
    if negotiation.agreed and negotiation.wanted.get(_ADDRESS, _NONE) != _NONE:
        return Address.GIVEN  # the peer's own address is its affair
    return Address.NONE if opened or negotiation.rounds else Address.SILENT
