"""Which services of a Linux system run, as any user may see it and without starting a program: by the state that
systemd keeps for its journal, or by the names of the processes where there is no systemd."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.bounded_file import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_PROCESSES = 4096
_FIRST_KERNEL_THREAD = "kthreadd"


class Service(NamedTuple):
    """``units``: systemd's names for it, without ``.service``. ``processes``: names as the kernel cuts them, to 15
    characters."""

    name: str
    units: tuple[str, ...]
    processes: tuple[str, ...] = ()


class Services:
    """One look. ``all_seen``: a service that is not seen does not run; not so in a container, where the computer's
    own services are hidden, or where other users' processes are."""

    def __init__(self, root: Path) -> None:
        # A link for every active unit, one that is done and "remains" included (systemd, unit_export_invocation_id).
        units = root / "run/systemd/units"
        self._units = units if units.is_dir() else None
        self._names = frozenset(_names(root / "proc")) if self._units is None else frozenset[str]()
        contained = (root / "run/systemd/container").exists()
        self.all_seen = not contained if self._units is not None else _FIRST_KERNEL_THREAD in self._names

    def runs(self, service: Service) -> bool:
        if self._units is None:
            return not self._names.isdisjoint(service.processes)
        # The links lead to no file: what they hold is the number of the start.
        return any(os.path.lexists(self._units / f"invocation:{unit}.service") for unit in service.units)


def pids(proc: Path) -> list[str]:
    """The first ``MAX_PROCESSES`` of them. Raises OSError."""
    with os.scandir(proc) as entries:
        return [entry.name for entry, _ in zip(entries, range(MAX_PROCESSES), strict=False) if entry.name.isdigit()]


def process_name(proc: Path, pid: str) -> str:
    return (read_text(proc / pid / "comm", 32) or "").strip()


def _names(proc: Path) -> Iterator[str]:
    try:
        found = pids(proc)
    except OSError:
        return
    for pid in found:
        yield process_name(proc, pid)
