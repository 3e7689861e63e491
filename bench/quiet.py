"""Rounds that this computer really had: a shared machine gives its processors to others for seconds, and a figure that
was measured meanwhile tells of them. Linux says how much was taken (the ``steal`` of proc(5), /proc/stat)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")

MOST_STOLEN = 0.05  # of all processors' time
MOST_TRIES = 5
_TICKS = os.sysconf("SC_CLK_TCK")


def stolen_s() -> float:
    """Processor time that was taken from all processors since the start; 0.0 where the system does not say."""
    try:
        with open("/proc/stat") as file:
            return int(file.readline().split()[8]) / _TICKS
    except (OSError, ValueError, IndexError):
        return 0.0


class Meanwhile:
    """What was taken since it was made."""

    def __init__(self) -> None:
        self._began, self._stolen = time.monotonic(), stolen_s()

    def share(self) -> float:
        spent = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return (stolen_s() - self._stolen) / spent if spent else 0.0


def quietly(work: Callable[[], _T], most: float = MOST_STOLEN) -> _T:
    """The result of a round of which less than this share was taken; aloud, of the quietest of a few tries."""
    tries = []
    for _ in range(MOST_TRIES):
        meanwhile = Meanwhile()
        found = work()
        tries.append((meanwhile.share(), found))
        if tries[-1][0] <= most:
            return found
    share, found = min(tries, key=lambda each: each[0])
    print(f"   (of the next round {share:.0%} of the processors was taken by others, {MOST_TRIES} times)")
    return found
