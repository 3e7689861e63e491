"""How often somebody may knock.

The generic cell rate algorithm (ITU-T I.371): one number a key says when its bucket will be empty. Written here because
the memory store of the ``limits`` library walks all its keys in a new thread every 10 ms while anything comes in.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import NamedTuple

MOST_KEYS = 65_536


class Rate(NamedTuple):
    """``burst`` at once, and ``per_minute`` in the long run."""

    per_minute: float
    burst: int


class Limits:
    """One rate for many keys. The longest untouched key is forgotten first."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._step_s = 60 / rate.per_minute
        self._slack_s = self._step_s * (rate.burst - 1)
        self._clock = clock
        self._empty: OrderedDict[Hashable, float] = OrderedDict()

    def wait_s(self, key: Hashable) -> float:
        """0 when it may go, which counts; else how many seconds until it may."""
        now = self._clock()
        empty = max(self._empty.get(key, now), now)
        if empty - now > self._slack_s:
            return empty - now - self._slack_s
        self._empty[key] = empty + self._step_s
        self._empty.move_to_end(key)
        if len(self._empty) > MOST_KEYS:
            self._empty.popitem(last=False)
        return 0.0


@lru_cache(maxsize=16_384)
def neighbourhood(address: str) -> str:
    """The /24 or /64 that an address is in: who has one of them mostly has all."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))
