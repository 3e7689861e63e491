"""The routers on the way to an address: every distance asked at once, so that the whole path costs one round trip.
Names of hops are never looked up: with a dead resolver that takes minutes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure, Hop
from cpe_agent.host.icmp_here import IcmpProber
from cpe_agent.host.prober import NotAllowedError
from cpe_agent.host.stamp import now_ns
from cpe_agent.host.udp import UdpProber

if TYPE_CHECKING:
    from cpe_agent.host.prober import Prober, Reply

_SETTLE_S = 0.2  # after the target answered: what routers in between still get
_ROUND_S = 0.05  # between rounds; routers ration their errors
_MOST_TTL = 32
_MOST_ROUNDS = 10


class _Path:
    """What was heard, by distance."""

    def __init__(self, max_ttl: int) -> None:
        self.max_ttl = max_ttl
        self.sent_ns: dict[int, int] = {}  # probe -> when
        self.replies: dict[int, Reply] = {}
        self.changed = asyncio.Event()

    def hear(self, reply: Reply) -> None:
        if reply.probe in self.sent_ns and reply.probe not in self.replies:
            self.replies[reply.probe] = reply
            self.changed.set()

    def ms(self, index: int) -> float:
        return max(0, self.replies[index].at_ns - self.sent_ns[index]) / 1e6

    def end(self) -> int | None:
        """The nearest distance that is the target, or where somebody said that it goes no further."""
        ends = [i % self.max_ttl + 1 for i, r in self.replies.items() if r.failure is not Failure.TTL_EXCEEDED]
        return min(ends, default=None)

    def complete(self) -> bool:
        end = self.end()
        if end is None:
            return False
        return all(index in self.replies for index in self.sent_ns if index % self.max_ttl < end)

    def hops(self) -> tuple[Hop, ...]:
        found = []
        for ttl in range(1, (self.end() or self.max_ttl) + 1):
            probes = [i for i in sorted(self.sent_ns) if i % self.max_ttl == ttl - 1]
            heard = [i for i in probes if i in self.replies]
            if not heard:
                found.append(Hop(ttl, sent=len(probes)))
                continue
            # A balanced path shows several routers at one distance: the first to answer stands for it.
            first = self.replies[min(heard, key=self.ms)]
            said = next((r.failure for i in heard if (r := self.replies[i]).failure is not Failure.TTL_EXCEEDED), None)
            reached = any(self.replies[i].failure is None for i in heard)
            found.append(
                Hop(
                    ttl,
                    first.sender,
                    round(min(map(self.ms, heard)), 3),
                    sent=len(probes),
                    received=len(heard),
                    reached=reached,
                    failure=said,
                )
            )
        if len(found) > 1 and found[-1].failure is not None and found[-1].address == found[-2].address:
            # The router that answered "time exceeded" one step before says it: one router, not two.
            last = found.pop()
            found[-1] = found[-1]._replace(failure=last.failure)
        return tuple(found)


async def trace(address: str, *, max_ttl: int, rounds: int, timeout_s: float) -> tuple[Hop, ...]:
    """See ``Net.trace``. By ICMP, and by UDP where this user may not send ICMP. Hops beyond the target, or beyond
    the router that said it goes no further, are left out; empty when nothing could be sent."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    path = _Path(max(1, min(max_ttl, _MOST_TTL)))
    prober: Prober
    try:
        try:
            prober = IcmpProber(address, path.hear)
        except NotAllowedError:
            prober = UdpProber(address, path.hear)
    except (NotAllowedError, OSError, ValueError):
        return ()
    try:
        for turn in range(max(1, min(rounds, _MOST_ROUNDS))):
            if turn:
                await asyncio.sleep(min(_ROUND_S, max(0.0, deadline - loop.time())))
            for ttl in range(1, path.max_ttl + 1):
                index = turn * path.max_ttl + ttl - 1
                path.sent_ns[index] = now_ns()
                if prober.send(index, ttl=ttl) is not None:
                    del path.sent_ns[index]
        last = loop.time()
        while path.sent_ns and not path.complete():
            until = deadline
            if path.end() is not None:
                worst = max(map(path.ms, path.replies)) / 1000
                until = min(deadline, last + max(_SETTLE_S, 4 * worst))
            if loop.time() >= until:
                break
            path.changed.clear()
            try:
                async with asyncio.timeout_at(until):
                    await path.changed.wait()
            except TimeoutError:
                continue
    finally:
        prober.close()
    return path.hops() if path.sent_ns else ()
