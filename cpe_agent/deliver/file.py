"""An answer into a place that the user named: whole or not at all where that is a file, straight into what is not."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

# Windows has only the second, and without it changes line ends.
_OF_A_SYSTEM = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def write(place: Path, data: bytes) -> None:
    """Raises OSError. A link is followed. A regular file is replaced in one step and keeps its mode and owner, so that
    a full disk leaves the old one as it was; a device or a FIFO is written into and never replaced."""
    try:
        old = place.stat()
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        _into(place, data)
    else:
        _whole(Path(os.path.realpath(place)), data, old)


def write_private(place: Path, data: bytes) -> None:
    """A file of this program's own, for this user alone. Raises OSError. Whatever is there is replaced, a link too, and
    nothing of it is kept. It is not forced to the disk: after a power cut nobody needs it."""
    _whole(place, data, None, private=True)


def _into(place: Path, data: bytes) -> None:
    if os.name == "nt":
        place.write_bytes(data)
        return
    # A FIFO that nobody reads would block the opening for ever; this way it is an error (ENXIO).
    handle = os.open(place, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    os.set_blocking(handle, True)
    with open(handle, "wb", buffering=0) as into:
        _all(into.fileno(), data)


def _whole(file: Path, data: bytes, old: os.stat_result | None, *, private: bool = False) -> None:
    partial = file.with_name(f".cpe-agent-{os.urandom(6).hex()}")  # a name that nobody can have laid a link at
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OF_A_SYSTEM, 0o600 if private else 0o666)
    try:
        with open(handle, "wb", buffering=0) as into:
            if old is not None and os.name != "nt":  # a new file there has the rights of its folder
                with contextlib.suppress(PermissionError):  # only root may give a file to its old owner
                    os.fchown(handle, old.st_uid, old.st_gid)
                os.fchmod(handle, stat.S_IMODE(old.st_mode))
            _all(into.fileno(), data)
            if not private:
                os.fsync(handle)
        partial.replace(file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _all(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
