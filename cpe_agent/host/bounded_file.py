"""Reading files that other programs own: bounded in bytes and in number, and their absence is normal."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES = 65536
# Windows has neither of the first two, and alone a mode in which line ends are changed.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(path: Path | str, limit: int = MAX_BYTES, *, tail: bool = False) -> bytes | None:
    """At most ``limit`` bytes from the start (or, with ``tail``, from the end). None: absent, forbidden, or not a
    regular file (a pipe or a device could block for ever)."""
    try:
        descriptor = os.open(path, _READ)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        if tail:
            size = os.fstat(descriptor).st_size
            os.lseek(descriptor, max(0, size - limit), os.SEEK_SET)
        pieces = []
        while limit > 0:
            piece = os.read(descriptor, limit)
            if not piece:
                break
            pieces.append(piece)
            limit -= len(piece)
        return b"".join(pieces)
    except OSError:  # sysfs answers EINVAL for what a driver does not know
        return None
    finally:
        os.close(descriptor)


def read_text(path: Path | str, limit: int = MAX_BYTES, *, tail: bool = False) -> str | None:
    """The same as text; bytes that are not UTF-8 become U+FFFD."""
    data = read_bytes(path, limit, tail=tail)
    return None if data is None else data.decode("utf-8", "replace")


def lines_with(path: Path | str, words: Sequence[str], limit: int = 16 * 1024 * 1024, most: int = MAX_BYTES) -> str:
    """The lines that hold one of these words, letter case aside: at most ``most`` bytes of them, out of the first
    ``limit`` bytes of a file that is never in memory whole (a hosts file against advertising has megabytes)."""
    wanted = [word.lower().encode("utf-8", "replace") for word in words if word]
    found = bytearray()
    rest = b""
    try:
        descriptor = os.open(path, _READ)
    except (OSError, ValueError):
        return ""
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        while regular and limit > 0 and len(found) < most:
            piece = os.read(descriptor, MAX_BYTES)
            limit -= len(piece)
            block, newline, after = (rest + piece).rpartition(b"\n") if piece else (rest, b"", b"")
            rest = after
            if not newline and len(after) >= MAX_BYTES:  # a line longer than any block is looked at in pieces
                block, rest = after, b""
            lower = block.lower()
            if any(word in lower for word in wanted):
                found += b"".join(
                    line + b"\n" for line in block.split(b"\n") if any(word in line.lower() for word in wanted)
                )
            if not piece:
                break
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return bytes(found[:most]).decode("utf-8", "replace")


def read_int(path: Path | str) -> int | None:
    text = read_text(path, 64)
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def age_s(path: Path | str, now: float) -> float | None:
    """Seconds since the file was written, by the system's clock. None when it lies in the future or is absent."""
    try:
        age = now - Path(path).stat().st_mtime
    except (OSError, ValueError):
        return None
    return age if age >= 0 else None


def files_in(folder: Path | str, suffix: str = "", most: int = 64) -> list[Path]:
    """The first ``most`` names in a folder that end so, sorted. Empty when the folder is absent or forbidden."""
    found: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for seen, entry in enumerate(entries):
                if seen >= 4096:
                    break
                if entry.name.endswith(suffix):
                    found.append(entry.name)
    except OSError:
        return []
    return [Path(folder) / name for name in sorted(found)[:most]]
