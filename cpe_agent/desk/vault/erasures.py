"""The list of what was erased: a text file that only grows, one line an erasure.

It lies beside the databases and in none of them. Whoever restores an older copy of the keys puts the newest list back
with it, and what was erased in between is erased again. A line is the name of a destroyed key, or the hash of a
report's id, and the time: the list tells nothing about anybody and may lie anywhere.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Mapping
from pathlib import Path

NAME = "erased.list"
_DIGITS = 32


class Erasures:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()

    def read(self) -> dict[bytes, float]:
        """What is on the list. A line that a power cut broke off was never acknowledged and is passed over."""
        try:
            lines = self.file.read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        found = {}
        for line in lines:
            name, _, at = line.partition(b" ")
            try:
                if len(name) == _DIGITS and at.endswith(b"."):
                    found[bytes.fromhex(name.decode("ascii"))] = float(at[:-1])
            except ValueError:
                continue
        return found

    def add(self, marks: Mapping[bytes, float]) -> None:
        """Durable when it returns. Other processes may add at the same time: every line goes out in one write."""
        lines = "".join(f"{mark.hex()} {int(at)}.\n" for mark, at in marks.items()).encode()
        with self._lock:
            new = not self.file.exists()
            file = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                size = os.fstat(file).st_size
                torn = size and os.pread(file, 1, size - 1) != b"\n"
                whole = b"\n" + lines if torn else lines
                if os.write(file, whole) != len(whole):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.file))
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                folder = os.open(self.file.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
