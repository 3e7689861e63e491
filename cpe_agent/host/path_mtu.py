"""Which whole-packet sizes reach an address: all sizes at once, none may be fragmented (RFC 1191, RFC 8201).

By ICMP echo; where this user may not send ICMP, by DNS questions padded to the size, which public resolvers answer.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure, Family, PathMtu
from cpe_agent.host.dns_train import DnsProber
from cpe_agent.host.icmp_here import IcmpProber
from cpe_agent.host.prober import NotAllowedError
from cpe_agent.host.stamp import now_ns

if TYPE_CHECKING:
    from cpe_agent.host.prober import Prober, Reply

_RESEND_S = (0.0, 0.12, 0.3)  # a size is called silent only after three tries: one lost packet is no black hole
_SETTLE_S = 0.2
_MOST_SIZES = 16
_CONTROL = (
    100  # a size that passes everywhere: where even it draws nothing, echoes are filtered and no size is to blame
)


class _Sizes:
    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.sizes = sizes
        self.answered: set[int] = set()
        self.refused: set[int] = set()  # somebody said it is too big
        self.reported: int | None = None
        self.reported_by: str | None = None
        self.stopped = False
        self.worst_s = 0.0
        self.sent_ns: dict[int, int] = {}
        self.changed = asyncio.Event()

    def open(self) -> list[int]:
        return [] if self.stopped else [s for s in self.sizes if s not in self.answered and s not in self.refused]

    def hear(self, reply: Reply) -> None:
        size = self.sizes[reply.probe % len(self.sizes)] if reply.probe >= 0 else None
        if reply.failure is None and reply.probe in self.sent_ns:
            assert size is not None
            self.answered.add(size)
            self.worst_s = max(self.worst_s, (reply.at_ns - self.sent_ns[reply.probe]) / 1e9)
        elif reply.failure is Failure.TOO_BIG:
            if size is not None:
                self.refused.add(size)
            if reply.mtu is not None:
                # Every size above the reported one would be refused too; asking again tells nothing.
                self.refused.update(s for s in self.sizes if s > reply.mtu)
                if self.reported is None or reply.mtu < self.reported:
                    self.reported, self.reported_by = reply.mtu, reply.sender
        elif reply.failure is not None and not self.answered:
            self.stopped = True  # unreachable: no size gets through
        self.changed.set()


async def path_mtu(address: str, *, sizes: tuple[int, ...], timeout_s: float) -> PathMtu:
    """See ``Net.path_mtu``. ``silent_from`` is the smallest size above ``largest_ok`` that vanished with no word
    while a small one was answered; only ICMP can tell it."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    deadline = start + timeout_s
    family = Family.V6 if ":" in address else Family.V4
    asked = sorted({s for s in sizes if _CONTROL < s <= 65535})[:_MOST_SIZES]
    blank = PathMtu(address, family)
    if not asked:
        return blank
    wanted = (_CONTROL, *asked)
    look = _Sizes(wanted)
    prober: Prober
    try:
        try:
            prober = IcmpProber(address, look.hear, whole=True)
        except NotAllowedError:
            prober = DnsProber(address, look.hear, whole=True)
    except (OSError, ValueError):
        return blank
    sends = [start + after for after in _RESEND_S]
    turn = 0
    last = start
    try:
        while look.open() and loop.time() < deadline:
            if sends and loop.time() >= sends[0]:
                sends.pop(0)
                last = loop.time()
                for size in look.open():
                    index = turn * len(wanted) + wanted.index(size)
                    look.sent_ns[index] = now_ns()
                    if prober.send(index, size=size) is not None:
                        look.refused.add(size)  # larger than this interface takes: says nothing of the path
                turn += 1
                continue
            until = min([deadline, *sends[:1]])
            if not sends and look.answered:
                until = min(deadline, last + max(_SETTLE_S, 4 * look.worst_s))
                if loop.time() >= until:
                    break
            look.changed.clear()
            try:
                async with asyncio.timeout_at(until):
                    await look.changed.wait()
            except TimeoutError:
                continue
    finally:
        prober.close()
    largest = max(look.answered, default=0)
    silent = [s for s in look.open() if s > largest]
    if not look.answered or prober.method != "icmp":
        silent = []  # a server that ignores long questions looks the same as a path that swallows them
    return blank._replace(
        largest_ok=largest if largest > _CONTROL else None,
        silent_from=min(silent, default=None),
        reported=look.reported,
        reported_by=look.reported_by,
    )
