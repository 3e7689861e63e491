"""Reports that still have to reach the provider's desk, kept in the user's own folder until it says that it has them.

One file an entry: a line of JSON about it, then the report's own bytes. A change of either writes the file anew
(write, fsync, rename, fsync of the folder), so at any moment there is the old one whole or the new one whole, and an
entry never says *sent* of a report that was not. What the desk has acknowledged keeps the line alone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.codec import Malformed, from_plain, to_plain
from cpe_agent.host.bounded_file import read_bytes
from cpe_agent.host.file_lock import lock, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = "outbox"  # in the state folder
FORMAT = 1
MOST_WAITING = 32  # reports with their bytes
MOST_RECEIPTS = 32
MOST_BYTES = 16 * 1024 * 1024
MOST_REPORT = 1024 * 1024  # what the desk takes (docs/protocol.md)
KEPT_S = 7 * 86_400
RECEIPT_S = 30 * 86_400
LEAST_TRIES = 8  # before age counts: a clock that was set right makes a report of this minute look years old
MOST_WAIT_S = 86_400  # between two tries; a longer one was written by another clock
_MOST_LINE = 4096
_MOST_DAMAGED = 4
_LOCK_S = 3.0  # others write for milliseconds
_SUFFIX, _DAMAGED = ".entry", ".damaged"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATES = ("kept", "sent", "refused")


class Kept(NamedTuple):
    """``state``: kept (will be tried) | sent | refused (the desk will not take it; stays readable). ``made`` and
    ``sent``: RFC 3339 in UTC. ``next_try``, ``since`` (put here) and ``tried``: seconds since the epoch by this
    computer's clock. ``reason``: a key of the words' ``reason.*``, and after ": " what the desk said. ``locator``: the
    desk's short name for the report. ``desk``: the host that it is meant for, later the one that has it."""

    id: str
    made: str
    state: str
    tries: int = 0
    next_try: float | None = None
    reason: str | None = None
    locator: str | None = None
    desk: str | None = None
    sent: str | None = None
    since: float = 0.0
    tried: float | None = None
    size: int = 0
    sha256: str = ""

    def due(self, now: float) -> bool:
        waits = self.next_try is not None and now < self.next_try <= now + MOST_WAIT_S
        return self.state == "kept" and not waits


class CannotKeep(Exception):
    """``key``: full | denied | busy | no-folder | too-large | other-content | no-report: ``cannot-keep.*`` in the
    words."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Damaged(Exception):
    """The entry does not hold what it says. The next change of the outbox sets it aside."""


class _Line(NamedTuple):
    format: int
    entry: Kept


class Outbox:
    """Several programs may use one folder at once. Every method reads what is there now. ``rights``: around each use of
    the folder (``cpe_agent.host.user_state``)."""

    def __init__(
        self,
        folder: Path,
        rights: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.now = clock
        self._rights = rights
        self._here = threading.local()

    @contextlib.contextmanager
    def _ours(self) -> Iterator[None]:
        """The user's rights, once a thread: to put them on a second time would end them too early."""
        if getattr(self._here, "held", False):
            yield
            return
        with self._rights():
            self._here.held = True
            try:
                yield
            finally:
                self._here.held = False

    # ------------------------------------------------------------------ reading

    def all(self) -> tuple[Kept, ...]:
        """Every entry, oldest first; damaged ones are left out."""
        with self._ours():
            return self._look()[0]

    def exists(self) -> bool:
        """Was anything ever kept?"""
        with self._ours():
            return os.path.isdir(self.folder)

    def find(self, report_id: str) -> Kept:
        """Raises KeyError and ``Damaged``."""
        with self._ours():
            return self._load(self._file(report_id))[0]

    def read(self, report_id: str) -> bytes:
        """The report, byte for byte. Raises KeyError when it is not here or was sent, and ``Damaged``."""
        with self._ours():
            entry, body = self._load(self._file(report_id))
        if entry.state == "sent":
            raise KeyError(report_id)
        return body

    def damaged(self) -> tuple[Path, ...]:
        """Files that do not hold what they say, set aside or about to be."""
        with self._ours():
            return (*self._files(_DAMAGED), *self._look()[1])

    def _look(self) -> tuple[tuple[Kept, ...], list[Path]]:
        good, bad = [], []
        for file in self._files(_SUFFIX):
            try:
                good.append(self._load(file)[0])
            except KeyError:
                continue
            except Damaged:
                bad.append(file)
        return tuple(sorted(good, key=lambda entry: (entry.since, entry.id))), bad

    # ------------------------------------------------------------------ changing

    def put(self, report: bytes, report_id: str, made: str, *, desk: str | None = None) -> Kept:
        """Keep a report; when this returns it survives the end of the program and of the power. The same one again
        changes nothing. Room is made by dropping the oldest. Raises ``CannotKeep``."""
        from hashlib import sha256

        if not _ID.fullmatch(report_id):
            raise CannotKeep("no-report")
        if len(report) > MOST_REPORT:
            raise CannotKeep("too-large")
        digest = sha256(report).hexdigest()
        since = round(self.now(), 3)
        entry = Kept(report_id, made, "kept", desk=desk, since=since, size=len(report), sha256=digest)
        with _plainly(), self._ours():
            self._make_folder()
            with self._changing():
                self._sweep()
                with contextlib.suppress(KeyError):
                    there = self.find(report_id)
                    if there.sha256 != digest:
                        raise CannotKeep("other-content")
                    return there
                self._make_room(len(report))
                self._store(entry, report)
        return entry

    def update(self, entry: Kept) -> None:
        """What became of a try. One that was forgotten meanwhile stays forgotten, one that was sent stays sent. Raises
        ``CannotKeep``; the old state then stands."""
        with _plainly(), self._ours(), self._changing(), contextlib.suppress(KeyError, Damaged):
            there, body = self._load(self._file(entry.id))
            if there.state != "sent":
                self._store(entry, b"" if entry.state == "sent" else body)

    def forget(self, report_id: str) -> None:
        """Raises KeyError when it is not here, and ``CannotKeep``."""
        with _plainly(), self._ours(), self._changing():
            try:
                os.unlink(self._file(report_id))
            except FileNotFoundError:
                raise KeyError(report_id) from None
            self._sync(self.folder)

    def forget_damaged(self) -> None:
        with _plainly(), self._ours(), self._changing():
            self._sweep()
            for file in self._files(_DAMAGED):
                os.unlink(file)

    def tidy(self) -> tuple[Kept, ...]:
        """Drop what is too old; what was dropped without having been sent is given back. Raises ``CannotKeep``."""
        if not self.exists():
            return ()
        with _plainly(), self._ours(), self._changing():
            self._sweep()
            return self._drop([entry for entry in self.all() if self._over(entry)])

    # ------------------------------------------------------------------ inside

    def _over(self, entry: Kept) -> bool:
        age = self.now() - entry.since
        if entry.state == "sent":
            return age > RECEIPT_S
        return age > KEPT_S and (entry.tries >= LEAST_TRIES or entry.state == "refused")

    def _sweep(self) -> None:
        """Called with the lock held: a part that a killed writer left is garbage, and nobody is mending an entry."""
        for part in self._files(".part"):
            os.unlink(part)
        for file in self._look()[1]:
            os.replace(file, file.with_suffix(_DAMAGED))
        for file in self._files(_DAMAGED)[:-_MOST_DAMAGED]:
            os.unlink(file)

    def _make_room(self, size: int) -> None:
        self._drop([entry for entry in self.all() if self._over(entry)])
        entries = list(self.all())
        receipts = [entry for entry in entries if entry.state == "sent"]
        # What no desk takes goes first, then the oldest.
        waiting = sorted((e for e in entries if e.state != "sent"), key=lambda e: (e.state == "kept", e.since))
        while len(waiting) >= MOST_WAITING or sum(entry.size for entry in waiting) + size > MOST_BYTES:
            self._drop([waiting.pop(0)])
        self._drop(receipts[: max(0, len(receipts) - MOST_RECEIPTS)])

    def _drop(self, entries: list[Kept]) -> tuple[Kept, ...]:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._file(entry.id))
        return tuple(entry for entry in entries if entry.state == "kept")

    def _file(self, report_id: str) -> Path:
        if not _ID.fullmatch(report_id):
            raise KeyError(report_id)
        return self.folder / f"{report_id}{_SUFFIX}"

    def _files(self, suffix: str) -> list[Path]:
        try:
            with os.scandir(self.folder) as found:
                names = sorted(entry.name for entry in found if entry.name.endswith(suffix))
        except OSError:
            return []
        return [self.folder / name for name in names]

    def _load(self, file: Path) -> tuple[Kept, bytes]:
        """Raises KeyError for what is not there or cannot be read now, ``Damaged`` for what makes no sense."""
        data = read_bytes(file, _MOST_LINE + MOST_REPORT + 1)
        if data is None:
            raise KeyError(file.stem)
        line, _, body = data.partition(b"\n")
        try:
            if len(line) > _MOST_LINE:
                raise ValueError("line")
            plain = json.loads(line)
            if isinstance(plain, dict) and isinstance(plain.get("format"), int) and plain["format"] > FORMAT:
                raise KeyError(file.stem)  # a newer version's: not ours to touch
            entry = from_plain(_Line, plain).entry
            if not self._sane(entry, body, file.stem):
                raise ValueError("content")
        except (Malformed, ValueError, OverflowError, RecursionError):
            raise Damaged(file.stem) from None
        return entry, body

    @staticmethod
    def _sane(entry: Kept, body: bytes, report_id: str) -> bool:
        from hashlib import sha256

        times = [t for t in (entry.next_try, entry.since, entry.tried) if t is not None]
        fits = entry.id == report_id and entry.state in STATES and all(map(math.isfinite, times)) and entry.tries >= 0
        whole = len(body) == entry.size and sha256(body).hexdigest() == entry.sha256
        return fits and (whole or (entry.state == "sent" and not body))

    def _store(self, entry: Kept, body: bytes) -> None:
        line = json.dumps(to_plain(_Line(FORMAT, entry)), separators=(",", ":")).encode()
        part = self.folder / f".{entry.id}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(part, flags, 0o600)
        try:
            try:
                left = memoryview(line + b"\n" + body)
                while left:
                    left = left[os.write(handle, left) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(part, self._file(entry.id))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise
        self._sync(self.folder)

    def _changing(self) -> contextlib.AbstractContextManager[None]:
        return locked(self.folder / ".lock", wait_s=_LOCK_S)

    @contextlib.contextmanager
    def sending(self) -> Iterator[None]:
        """One sender at a time. Raises ``BlockingIOError`` at once when another one is at it."""
        with self._ours():
            handle = lock(self.folder / ".sending", wait_s=0.0)
        try:
            yield
        finally:
            os.close(handle)

    def _make_folder(self) -> None:
        """A folder that is new lasts when the one that holds it was written out."""
        missing = [self.folder] if not self.folder.is_dir() else []
        while missing and not missing[-1].parent.is_dir():
            missing.append(missing[-1].parent)
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, 0o700)
            self._sync(folder.parent)

    @staticmethod
    def _sync(folder: Path) -> None:
        if os.name == "nt":
            return  # a folder cannot be opened there; NTFS writes a rename through its journal
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """What the system says, as a key of a sentence."""
    try:
        yield
    except BlockingIOError:
        raise CannotKeep("busy") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise CannotKeep("full") from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise CannotKeep("denied") from None
        raise CannotKeep("no-folder") from None
