"""Is there room for more? Asked before the disk itself says no: a database that ran full is a worse state than one that
said "later" in time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

LEAST_FREE = 512 * 1024 * 1024
ASKED_EVERY_S = 2.0


class DiskRoom:
    def __init__(self, folder: Path, clock: Callable[[], float], least_free: int = LEAST_FREE) -> None:
        self._folder, self._clock, self._least = folder, clock, least_free
        self._until, self._good = 0.0, True

    def __call__(self) -> bool:
        now = self._clock()
        if now >= self._until:
            self._until = now + ASKED_EVERY_S
            try:
                self._good = shutil.disk_usage(self._folder).free >= self._least
            except OSError:
                self._good = False
        return self._good
