"""The client, watched from inside its own process: ``python watched.py FILE ARGUMENTS...`` runs ``cpe_agent`` with the
arguments and leaves its peak resident memory in FILE.

``CRASH=<section>:<how>`` makes the collector of that section fail (see ``HOW``).
"""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpe_agent.collector import Collector, Facts
    from cpe_agent.host import Host


def _peak_into(file: str) -> None:
    """``VmHWM``, proc(5): of this program alone; what getrusage gives also counts the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    Path(file).write_text(line.split()[1], encoding="ascii")


async def _raises(host: Host, facts: Facts) -> object:
    raise ZeroDivisionError("\x1b[2J\u202edrowssap\x00 " + "x" * 100000)


async def _memory(host: Host, facts: Facts) -> object:
    raise MemoryError


async def _cancelled(host: Host, facts: Facts) -> object:
    raise asyncio.CancelledError


async def _nothing(host: Host, facts: Facts) -> object:
    return None


async def _never(host: Host, facts: Facts) -> object:
    return await asyncio.Event().wait()


HOW = {"raises": _raises, "memory": _memory, "cancelled": _cancelled, "nothing": _nothing, "never": _never}


def _spoil(order: str) -> None:
    import collectors
    from cpe_agent.facts import section_name

    section, how = order.split(":")

    def spoiled(one: Collector) -> Collector:
        return replace(one, collect=HOW[how]) if section_name(one.makes) == section else one

    collectors.ALL = tuple(spoiled(one) for one in collectors.ALL)


def main() -> None:
    atexit.register(_peak_into, sys.argv.pop(1))
    if "CRASH" in os.environ:
        _spoil(os.environ["CRASH"])
    from cpe_agent.__main__ import run

    sys.exit(run())


if __name__ == "__main__":
    main()
