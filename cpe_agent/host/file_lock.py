"""A lock between programs of one user. The system lets go of it when its holder ends, however that ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EVERY_S = 0.01


@contextlib.contextmanager
def locked(file: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the lock of ``file``, which is made and stays. Raises ``BlockingIOError`` when somebody else holds it for
    ``wait_s`` seconds on end, and OSError when the file cannot be made."""
    handle = lock(file, wait_s=wait_s)
    try:
        yield
    finally:
        os.close(handle)


def lock(file: Path, *, wait_s: float) -> int:
    """The same, to be let go of with ``os.close``."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        until = time.monotonic() + wait_s
        while not _take(handle):
            if time.monotonic() >= until:
                raise BlockingIOError(11, "another program holds it")
            time.sleep(_EVERY_S)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _take(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
