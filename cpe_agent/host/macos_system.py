"""Which macOS this is, since when it runs and how busy it is: ``sw_vers``, ``sysctl``, ``iostat``. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from cpe_agent.host.parse_linux import lines_of, printable

_BOOT = re.compile(r"\{ sec = (\d{1,12}), usec = \d{1,9} \}")
_NUMBERS = re.compile(r"[\d.\s]{1,256}")


class Version(NamedTuple):
    name: str
    version: str


def version(text: str) -> Version:
    """``sw_vers``."""
    values: dict[str, str] = {}
    for line in lines_of(text, 16):
        key, colon, value = line.partition(":")
        if colon:
            values.setdefault(key, printable(value.strip(), 32))
    number = values.get("ProductVersion", "")
    return Version(f"{values.get('ProductName') or 'macOS'} {number}".strip(), number)


def sysctls(text: str) -> dict[str, str]:
    """``sysctl NAME ...``: ``name: value`` lines."""
    pairs = (line.partition(": ") for line in lines_of(text, 64))
    return {name: value for name, colon, value in pairs if colon}


def boot_age_s(values: dict[str, str], now: float) -> float | None:
    """``kern.boottime`` is moved along with the clock, so the difference is the time since the start."""
    found = _BOOT.match(values.get("kern.boottime", ""))
    age = now - int(found[1]) if found else -1.0
    return age if 0 <= age < 1e10 else None


def memory_percent(values: dict[str, str]) -> float | None:
    """``kern.memorystatus_level``: percent of memory that programs could still have."""
    level = values.get("kern.memorystatus_level", "")
    return 100.0 - int(level) if level.isdecimal() and len(level) <= 3 and int(level) <= 100 else None


def cpu_percent(text: str) -> float | None:
    """``iostat -n 0 -w 1 -c 2``: user, system and idle percent; the first row is the average since the start."""
    rows = [line.split() for line in lines_of(text, 16) if _NUMBERS.fullmatch(line)]
    if len(rows) < 2 or len(rows[-1]) < 3 or not all(word.isdecimal() and len(word) <= 3 for word in rows[-1][:3]):
        return None
    idle = int(rows[-1][2])
    return float(100 - idle) if idle <= 100 else None
