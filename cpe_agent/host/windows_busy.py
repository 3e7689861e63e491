"""How busy a Windows computer is, out of GetSystemTimes and GlobalMemoryStatusEx. Pure."""

from __future__ import annotations

import struct

_TIMES = struct.Struct("<QQQ")  # idle, kernel with idle inside, user
_MEMORY = struct.Struct("<IIQQ")  # MEMORYSTATUSEX: its size, load in percent, all physical memory, what is left of it


def cpu_percent(before: bytes, after: bytes, own_s: float = 0.0) -> float | None:
    """``own_s``: the processor time that this program itself took. It is left out: to be loaded for the first time,
    and scanned meanwhile, can fill a small computer for a moment, which is no trouble of its owner's."""
    if min(len(before), len(after)) < _TIMES.size:
        return None
    first, second = _TIMES.unpack_from(before), _TIMES.unpack_from(after)
    idle, kernel, user = (int(new - old) for old, new in zip(first, second, strict=True))
    total = kernel + user
    if total <= 0 or not 0 <= idle <= total:
        return None
    others = max(0.0, total - idle - own_s * 1e7)  # the system counts in 100 ns
    return round(100.0 * others / total, 1)


def memory_percent(status: bytes) -> float | None:
    """Memory that programs could not have any more, in percent."""
    if len(status) < _MEMORY.size:
        return None
    total, left = map(int, _MEMORY.unpack_from(status)[2:])
    return round(100 * (1 - left / total), 1) if total > 0 and left <= total else None
