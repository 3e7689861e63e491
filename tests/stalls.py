"""When this computer stood still: a shared machine is sometimes taken away for seconds, and a run that was measured
meanwhile says nothing of the program. A thread sleeps shortly, over and over, and notes how late it woke.

A lab test that failed while the computer stood still is run again (tests/conftest.py), aloud, at most twice more; one
that fails while the computer keeps time has failed.
"""

from __future__ import annotations

import threading
from collections import deque
from time import monotonic, sleep  # before a test puts others in their place

NAP_S = 0.02
LATE_S = 0.15  # half of what the shortest time-out of the probes allows; a full computer wakes within 0.05


class Watch:
    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=10_000)
        threading.Thread(target=self._nap, daemon=True, name="stalls").start()

    def _nap(self) -> None:
        while True:
            began = monotonic()
            sleep(NAP_S)
            woke = monotonic()
            if woke - began - NAP_S > LATE_S:
                self._late.append((woke, woke - began - NAP_S))

    def since(self, began: float) -> float:
        """The longest standstill, in seconds, since ``time.monotonic()`` was that; 0.0: none worth naming."""
        return max((late for woke, late in list(self._late) if woke >= began), default=0.0)
