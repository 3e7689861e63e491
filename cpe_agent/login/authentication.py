"""The login: PAP (RFC 1334), CHAP with MD5 (RFC 1994) or MS-CHAPv2 (RFC 2759). One answer, ever: the first word of the
login server ends it, and no second challenge is answered."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.ppp_frames import CHAP, ECHO_REPLY, ECHO_REQUEST, LCP, PAP, Packet, read_sized
from cpe_agent.login.ending import Outcome, Over
from cpe_agent.login.ms_chap import authenticator_response, failure_of, nt_response, proof_of, response_value, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.login.secret import Secret
    from cpe_agent.login.session import Session

PAP_RESEND_S = (1.3, 2.6)
ANSWER_S = 4.0  # a RADIUS proxy may answer late
CHALLENGE_S = 3.5  # pppd sends its challenge again after three seconds
AFTER_END_S = 0.5  # the Failure may come after the Terminate-Request
ECHO_S = 0.4
_MOST_RESENT = 3
_CHALLENGE, _RESPONSE, _SUCCESS, _FAILURE = 1, 2, 3, 4
_REQUEST, _ACK, _NAK = 1, 2, 3


class Verdict(NamedTuple):
    """The login server's word. ``error``: the number of an MS-CHAP Failure."""

    accepted: bool
    text: bytes
    error: int | None = None


class Login:
    """``about_to_send`` is called once, before anything made of the secret leaves here; it may raise ``Over``."""

    def __init__(self, session: Session, user: bytes, secret: Secret, about_to_send: Callable[[], None]) -> None:
        self.sent = False
        self._session = session
        self._user = user
        self._secret = secret
        self._about_to_send = about_to_send
        self._proof: bytes | None = None  # what an MS-CHAPv2 Success must hold

    async def run(self, method: str) -> Verdict:
        """Raises ``Over``: auth-timeout, or terminated (also for a server that cannot prove itself)."""
        return await (self._pap() if method == "pap" else self._chap(method))

    async def _pap(self) -> Verdict:
        loop = asyncio.get_running_loop()
        identifier = self._session.identifier()
        start = loop.time()
        for following in (*PAP_RESEND_S, ANSWER_S):
            self._send(Packet(PAP, _REQUEST, identifier, _sized(self._user) + _sized(self._secret.reveal())))
            packet = await self._wait(PAP, (_ACK, _NAK), start + following)
            if packet is not None:
                return self._verdict(packet)
        raise await self._silent()

    async def _chap(self, method: str) -> Verdict:
        loop = asyncio.get_running_loop()
        start = loop.time()
        while True:
            challenge = await self._wait(CHAP, (_CHALLENGE, _SUCCESS, _FAILURE), start + CHALLENGE_S)
            if challenge is None:
                raise Over(Outcome.AUTH_TIMEOUT, why="auth.no-challenge")
            if challenge.code != _CHALLENGE:
                continue  # a verdict on nothing: not ours
            answer = self._answer(method, challenge)
            if answer is not None:
                break
        self._send(answer)
        until = loop.time() + ANSWER_S
        again = _MOST_RESENT
        while True:
            packet = await self._wait(CHAP, (_CHALLENGE, _SUCCESS, _FAILURE), until)
            if packet is None:
                raise await self._silent()
            if packet.code != _CHALLENGE:
                return self._verdict(packet)
            if packet == challenge and again:
                again -= 1
                self._send(answer)  # our answer was lost: the same again is no second attempt

    def _answer(self, method: str, challenge: Packet) -> Packet | None:
        """The Response to a Challenge; None when that is malformed."""
        read = read_sized(challenge.data)
        if read is None or not read[0]:
            return None
        value, secret = read[0], self._secret.reveal()
        if method == "mschapv2":
            if len(value) != 16:
                return None
            mine = os.urandom(16)
            answer = nt_response(value, mine, self._user, secret)
            self._proof = authenticator_response(secret, answer, mine, value, self._user)
            given = response_value(mine, answer)
        else:
            given = hashlib.md5(bytes([challenge.identifier]) + secret + value, usedforsecurity=False).digest()
        return Packet(CHAP, _RESPONSE, challenge.identifier, _sized(given) + self._user)

    def _send(self, packet: Packet) -> None:
        if not self.sent:
            self._about_to_send()
            self.sent = True
        self._session.send(packet)

    async def _wait(self, protocol: int, codes: tuple[int, ...], until: float) -> Packet | None:
        """The next packet of that protocol and one of these codes. The identifier is not compared: servers are known
        that answer under another, and the home routers that log in there take it as well. Raises ``Over`` (terminated)
        when the far end hangs up and no verdict follows."""
        loop = asyncio.get_running_loop()
        while True:
            packet = await self._session.next(until)
            if packet is not None and packet.protocol == protocol and packet.code in codes:
                if packet.code != _CHALLENGE or self._session.ended is None or protocol == PAP:
                    return packet
            elif packet is None:
                if self._session.ended is not None:
                    raise Over(Outcome.TERMINATED, text=self._session.ended)
                return None
            elif self._session.ended is not None and packet.protocol in (0, LCP):
                until = min(until, loop.time() + AFTER_END_S)

    def _verdict(self, packet: Packet) -> Verdict:
        """The code decides, the text is only quoted: "Welcome" was seen in a refusal."""
        if packet.protocol == PAP:
            read = read_sized(packet.data)
            return Verdict(packet.code == _ACK, packet.data[1:] if read is None else read[0])
        if packet.code == _FAILURE:
            error, text = failure_of(packet.data) if self._proof is not None else (None, packet.data)
            return Verdict(False, text, error)
        if self._proof is not None and not hmac.compare_digest(proof_of(packet.data) or b"", self._proof):
            raise Over(Outcome.TERMINATED, text=packet.data, why="auth.no-proof")
        return Verdict(True, packet.data if self._proof is None else text_of(packet.data))

    async def _silent(self) -> Over:
        """No word of the login server. An echo tells whether the link behind it still carries frames."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ECHO_S
        own = self._session.negotiations[LCP].wanted.get(5, bytes(4))
        self._session.send(Packet(LCP, ECHO_REQUEST, self._session.identifier(), own))
        while (packet := await self._session.next(until)) is not None:
            if packet.protocol == LCP and packet.code == ECHO_REPLY:
                return Over(Outcome.AUTH_TIMEOUT, why="auth.silent-link-alive")
        return Over(Outcome.AUTH_TIMEOUT, why="auth.silent-link-dead")


def _sized(value: bytes) -> bytes:
    return bytes([len(value)]) + value
