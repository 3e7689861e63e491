"""One side of a Configure exchange (RFC 1661, 4 and 5): what we want, and what is said to the peer's wishes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.host.ppp_frames import CONFIGURE_ACK, CONFIGURE_NAK, CONFIGURE_REQUEST, Items, Packet

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.login.session import Session

MOST_ROUNDS = 10  # RFC 1661, 4.6: Max-Failure is 5 by default; twice that is no negotiation any more


class Negotiation:
    """``wanted`` are our options, type to value. ``judge`` answers the peer's: Configure-Ack, -Nak or -Reject and the
    options that go with it. ``adopt`` takes in one option of a Configure-Nak: the value to ask for, None to drop it."""

    def __init__(
        self,
        session: Session,
        protocol: int,
        wanted: dict[int, bytes],
        *,
        judge: Callable[[Items], tuple[int, Items]],
        adopt: Callable[[int, bytes], bytes | None],
    ) -> None:
        self.wanted = wanted
        self.agreed = False  # the peer acknowledged our options
        self.granted = False  # we acknowledged the peer's
        self.rounds = 0
        self._session = session
        self._protocol = protocol
        self._judge = judge
        self._adopt = adopt
        self._identifier = 0
        session.negotiations[protocol] = self

    @property
    def open(self) -> bool:
        return self.agreed and self.granted

    @property
    def hopeless(self) -> bool:
        return self.rounds > MOST_ROUNDS

    def request(self, *, again: bool = False) -> None:
        """Send our options. ``again``: unchanged and under the same identifier, so that an answer that comes later than
        the repetition counts (RFC 1661, 5.1)."""
        if not again:
            self._identifier = self._session.identifier()
        options = tuple(self.wanted.items())
        self._session.send(Packet(self._protocol, CONFIGURE_REQUEST, self._identifier, options=options))

    def hear(self, packet: Packet) -> None:
        if packet.options is None or self.hopeless:
            return  # malformed: as if it had not come
        if packet.code == CONFIGURE_REQUEST:
            code, options = self._judge(packet.options)
            self.granted = code == CONFIGURE_ACK
            self.rounds += not self.granted
            self._session.send(Packet(self._protocol, code, packet.identifier, options=options))
        elif packet.identifier != self._identifier or self.agreed:
            return  # an answer to what we do not ask any more
        elif packet.code == CONFIGURE_ACK:
            self.agreed = packet.options == tuple(self.wanted.items())
        else:
            self.rounds += 1
            for kind, value in packet.options:
                if kind not in self.wanted:
                    continue
                better = self._adopt(kind, value) if packet.code == CONFIGURE_NAK else None
                if better is None:
                    del self.wanted[kind]
                else:
                    self.wanted[kind] = better
            self.request()

    async def run(self, resend_s: tuple[float, ...], give_up_s: float, done: Callable[[Packet], bool]) -> bool:
        """Ask until both sides agree: True. False when nothing came of it within ``give_up_s``. ``done`` sees every
        packet and ends the wait early when it says so."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for following in (*resend_s, give_up_s):
            if not self.agreed:
                self.request(again=self._identifier != 0)
            while not self.open:
                packet = await self._session.next(start + following)
                if packet is None:
                    break
                if done(packet) or self.hopeless:
                    return self.open
            if self.open:
                return True
        return False
