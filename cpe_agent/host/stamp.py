"""When a packet went out and when it came in."""

from __future__ import annotations

import sys
import time

# Nanoseconds, good for differences. Linux stamps packets by its wall clock, so that has to be ours too; that of Windows
# moves in steps of 16 ms and stamps nothing.
now_ns = time.perf_counter_ns if sys.platform == "win32" else time.time_ns
