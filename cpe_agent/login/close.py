"""The end of a session: Terminate-Request (RFC 1661, 5.5), a moment for its answer, PADT (RFC 2516, 5.5). A session
that is left open blocks the next login until the provider gives it up."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure
from cpe_agent.host.ppp_frames import LCP, TERMINATE_ACK, TERMINATE_REQUEST, Packet

if TYPE_CHECKING:
    from cpe_agent.login.session import Session

ANSWER_S = 0.3


async def close(session: Session) -> bool:
    """True when the far end confirmed, or had hung up before. Never raises for an interface that is gone: the verdict
    that was reached stands."""
    if session.gone:
        return True
    confirmed = session.ended is not None
    try:
        if not confirmed:
            until = asyncio.get_running_loop().time() + ANSWER_S
            session.send(Packet(LCP, TERMINATE_REQUEST, session.identifier()))
            while not confirmed and (packet := await session.next(until)) is not None:
                confirmed = session.ended is not None or (packet.protocol == LCP and packet.code == TERMINATE_ACK)
    except CannotMeasure:
        return False
    finally:
        with suppress(CannotMeasure):
            session.send_padt()  # also when this program is being stopped
    return confirmed
