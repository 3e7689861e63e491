"""How busy a Linux computer is: /proc/stat and /proc/meminfo (proc(5)), read twice and once."""

from __future__ import annotations

import os
import time

from cpe_agent.host import Busy
from cpe_agent.host.bounded_file import read_text

_IDLE, _IOWAIT = 3, 4  # columns of the "cpu" line: user nice system idle iowait irq softirq steal guest guest_nice
_COUNTED = 8  # guest time is already inside user time


def look(seconds: float) -> Busy:
    """Blocks for ``seconds``. Without what this program itself uses: a slow computer is not full because of being
    asked."""
    before = others(cpu_ticks(read_text("/proc/stat") or ""))
    time.sleep(max(0.05, seconds))
    after = others(cpu_ticks(read_text("/proc/stat") or ""))
    return Busy(cpu_percent(before, after), memory_percent(read_text("/proc/meminfo") or ""))


def cpu_ticks(stat: str) -> tuple[int, int] | None:
    """(busy, all) ticks since boot; None when the text is something else."""
    words = stat.partition("\n")[0].split()
    if len(words) < 1 + _COUNTED or words[0] != "cpu":
        return None
    try:
        ticks = [int(w) for w in words[1 : 1 + _COUNTED]]
    except ValueError:
        return None
    return sum(ticks) - ticks[_IDLE] - ticks[_IOWAIT], sum(ticks)


def others(ticks: tuple[int, int] | None) -> tuple[int, int] | None:
    """The same without the time of this process, in ticks of the same length (USER_HZ)."""
    return None if ticks is None else (ticks[0] - round(time.process_time() * os.sysconf("SC_CLK_TCK")), ticks[1])


def cpu_percent(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    if before is None or after is None or after[1] <= before[1]:
        return None
    return round(100 * max(0, after[0] - before[0]) / (after[1] - before[1]), 1)


def memory_percent(meminfo: str) -> float | None:
    """Memory that programs could not have any more, in percent; None on kernels that do not say (before 3.14)."""
    found = {}
    for line in meminfo.splitlines():
        name, _, rest = line.partition(":")
        if name in ("MemTotal", "MemAvailable"):
            number = rest.split()[:1]
            if number and number[0].isdecimal():
                found[name] = int(number[0])
    if not found.get("MemTotal") or "MemAvailable" not in found:
        return None
    return round(100 * (1 - found["MemAvailable"] / found["MemTotal"]), 1)
