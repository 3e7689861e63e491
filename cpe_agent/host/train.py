"""A train of probes on one schedule, and what its losses look like."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from cpe_agent.facts import Echo, Failure
from cpe_agent.host.stamp import now_ns

if TYPE_CHECKING:
    from collections.abc import Callable

_SETTLE_S = 0.2  # a wait after the last probe that covers ordinary paths; slower ones get 4 x their worst time


class Train:
    """``run`` sends ``count`` probes; whoever hears an answer calls ``answer``, an ICMP error ``error``."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.sent_ns: list[int] = []
        self.ms: dict[int, float] = {}
        self.failure: Failure | None = None
        self.failure_from: str | None = None
        self._errors = 0
        self._changed = asyncio.Event()

    def answer(self, index: int, at_ns: int) -> None:
        """Probe ``index`` was answered at ``at_ns`` (see ``stamp``). A duplicate changes nothing."""
        if 0 <= index < len(self.sent_ns) and index not in self.ms:
            self.ms[index] = max(0, at_ns - self.sent_ns[index]) / 1e6
            self._changed.set()

    def error(self, failure: Failure, sender: str | None) -> None:
        """Somebody said why probes fail. An error with a sender is worth more than our own system's word."""
        self._errors += 1
        if self.failure is None or (self.failure_from is None and sender is not None):
            self.failure, self.failure_from = failure, sender
        self._changed.set()

    @property
    def dead(self) -> bool:
        """Proven dead: nothing was answered and enough errors came that one stray does not decide a long train."""
        return not self.ms and self._errors >= min(3, math.ceil(self.count / 2))

    @property
    def _over(self) -> bool:
        """No further probe is worth sending. The second of a pair is a resend, not a sample."""
        return self.dead or (self.count == 2 and bool(self.ms))

    async def run(self, send: Callable[[int], Failure | None], *, interval_s: float, timeout_s: float) -> None:
        """Send probe 0, 1, ... at their times; end when all are answered, when dead, a short wait after the last
        probe, or at ``timeout_s``."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        deadline = start + timeout_s
        for index in range(self.count):
            due = start + index * interval_s
            while not self._over and loop.time() < min(due, deadline):
                await self._wait_until(min(due, deadline))
            if self._over or loop.time() >= deadline:
                break
            self.sent_ns.append(now_ns())
            refused = send(index)
            if refused is not None:
                self.error(refused, None)
        last = loop.time()
        while not self.dead and len(self.ms) < len(self.sent_ns):
            until = deadline
            if self.ms:
                until = min(deadline, last + max(_SETTLE_S, 4 * max(self.ms.values()) / 1000))
            if loop.time() >= until:
                break
            await self._wait_until(until)

    async def _wait_until(self, when: float) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout_at(when):
                await self._changed.wait()
        except TimeoutError:
            return

    def echo(self, address: str, method: str) -> Echo:
        sent = len(self.sent_ns)
        lost = [index not in self.ms for index in range(sent)]
        longest = run = 0
        for gone in lost:
            run = run + 1 if gone else 0
            longest = max(longest, run)
        ordered = sorted(self.ms.values())
        # Errors among answers are losses; a failure is why nothing came at all.
        failure, sender = (None, None) if ordered else (self.failure, self.failure_from)
        if failure is None and sent and not ordered:
            failure = Failure.TIMED_OUT
        return Echo(
            address=address,
            method=method,
            sent=sent,
            received=len(ordered),
            rtt_min_ms=_ms(ordered, 0),
            rtt_median_ms=_ms(ordered, 0.5),
            rtt_p95_ms=_ms(ordered, 0.95),
            lost_first_half=sum(lost[: sent // 2]),
            lost_second_half=sum(lost[sent // 2 :]),
            longest_burst=longest,
            failure=failure,
            failure_from=sender,
        )


def _ms(ordered: list[float], quantile: float) -> float | None:
    """Nearest rank."""
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(quantile * len(ordered)) - 1)], 3)
