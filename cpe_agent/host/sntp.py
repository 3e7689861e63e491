"""What time a time server has it: one question of a simple client (RFC 4330; NTP version 4, RFC 5905).

The question says nothing of this computer: where a client may put its own time stands a random number. The server
gives it back, so that nobody who did not see the question can answer it.
"""

from __future__ import annotations

import secrets
import struct
import time

from cpe_agent.host import TimeAnswer
from cpe_agent.host.datagram import AnswerError, ask

_PORT = 123
_PACKET = struct.Struct("!BBbbIIIQQQQ")  # RFC 5905, 7.3; two bytes of fractions in the root's delay and dispersion
_QUESTION = 4 << 3 | 3  # version 4, mode "client"
_SERVER = 4
_UNSYNCHRONISED = 3
_WORST_STRATUM = 15
_WORST_S = 16.0  # MAXDISP (RFC 5905, 11.1): a server that may be further off than this knows nothing
_UNIX_S = 2_208_988_800  # from 1900 to 1970
_ERA_S = 2**32
_FIRST_BIT = 2**31


async def sntp(address: str, *, timeout_s: float) -> TimeAnswer:
    """Ask the server at ``address`` once. One that says that it does not know the time itself, or wishes not to be
    asked, gives a ``stratum`` and no skew."""
    mark = secrets.randbits(64) or 1
    began = 0.0

    def question(_: str) -> bytes:
        nonlocal began
        began = time.time()
        return _PACKET.pack(_QUESTION, 0, 0, 0, 0, 0, 0, 0, 0, 0, mark)

    async def accept(data: bytes) -> TimeAnswer:
        came = time.time()
        stratum, received, sent, root_s = parse(data, mark)
        if received is None or sent is None:
            return TimeAnswer(stratum=stratum)
        # Both ways are taken for equally long; half of what both took bounds how wrong that is.
        on_the_way = max(0.0, (came - began) - (sent - received))
        skew_s = ((began - received) + (came - sent)) / 2
        return TimeAnswer(round(skew_s, 3), round(on_the_way / 2 + root_s, 3), stratum)

    got = await ask(address, _PORT, question, accept, resend_s=(), timeout_s=timeout_s)
    return got.answer or TimeAnswer(failure=got.failure)


def parse(data: bytes, mark: int) -> tuple[int, float | None, float | None, float]:
    """Stratum; when the server received the question and when it sent its answer (Unix time, None where it does not
    know the time); how far off it may be itself, in seconds. Raises ``AnswerError`` for what is no answer to the
    question that bore ``mark``."""
    if len(data) < _PACKET.size:
        raise AnswerError
    first, stratum, _, _, delay, dispersion, _, _, origin, received, sent = _PACKET.unpack_from(data)
    if first & 7 != _SERVER or origin != mark:
        raise AnswerError
    root_s = (delay / 2 + dispersion) / 2**16
    synchronised = first >> 6 != _UNSYNCHRONISED and 1 <= stratum <= _WORST_STRATUM and root_s < _WORST_S
    knows = synchronised and received and sent and _unix(received) <= _unix(sent)
    return stratum, _unix(received) if knows else None, _unix(sent) if knows else None, root_s


def _unix(stamp: int) -> float:
    """Seconds since 1900 in 32 bits: without the first bit it is after 7 February 2036 (RFC 4330, 3)."""
    seconds, fraction = stamp >> 32, stamp & 0xFFFFFFFF
    era = 0 if seconds & _FIRST_BIT else _ERA_S
    return seconds + era - _UNIX_S + fraction / _ERA_S
