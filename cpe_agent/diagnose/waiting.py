"""Known faults that no section can show yet. Their numbers are taken; each waits for one probe."""

from __future__ import annotations

from typing import NamedTuple


class Waiting(NamedTuple):
    number: int
    code: str
    owner: str
    probe: str


WAITING: tuple[Waiting, ...] = ()
