"""One file of reports: its tables, its connections, and what its errors mean."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cpe_agent.desk.archive import Damaged, Unavailable
from cpe_agent.desk.archive.queries import CHUNK, HELD, QUERIES, for_sqlite
from cpe_agent.desk.archive.settle import Held

_NAME = re.compile(r"reports-(\d{4})-(\d\d)(?:-(\d+))?\.db", re.ASCII)
_VERSION = 1
_BUSY_S = 5.0  # another program of the desk writes; it is done in less
_READERS = 4  # idle connections kept
_WAL_PAGES = 4096  # 16 MiB before they are carried into the file
_CACHE_KIB = 16_384
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

# The bodies, the queues of what is unread (todo) and unjudged (later), and what was judged lie apart: a list reads
# none of them. ``loose``: nobody vouches for it. AUTOINCREMENT is not needed: a place is never given out twice, because
# the newest file stays. ``chunk`` is a column because the planner does not match an expression over the row's number
# with an index of it.
_SCHEMA = f"""
CREATE TABLE part (first INTEGER NOT NULL, bodies_from INTEGER NOT NULL) STRICT;
CREATE TABLE chunk (n INTEGER PRIMARY KEY) STRICT;
CREATE TABLE report (
    seq INTEGER PRIMARY KEY, id BLOB NOT NULL, sha BLOB NOT NULL, cut INTEGER NOT NULL, encoding INTEGER NOT NULL,
    size INTEGER NOT NULL, tenant INTEGER NOT NULL, received REAL NOT NULL, ticket INTEGER, customer INTEGER,
    "case" TEXT, kept TEXT, attached INTEGER NOT NULL DEFAULT 0, erased INTEGER NOT NULL DEFAULT 0,
    loose INTEGER NOT NULL GENERATED ALWAYS AS (ticket IS NULL AND NOT attached) STORED,
    chunk INTEGER NOT NULL GENERATED ALWAYS AS (seq >> {CHUNK}) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX report_id ON report (id);
CREATE INDEX report_newest ON report (tenant, loose);
CREATE INDEX report_case ON report (chunk, tenant, "case") WHERE "case" IS NOT NULL;
CREATE INDEX report_customer ON report (chunk, tenant, customer) WHERE customer IS NOT NULL;
CREATE TABLE body (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE todo (seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE later (seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE judged (
    seq INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, loose INTEGER NOT NULL, received REAL NOT NULL,
    verdict TEXT NOT NULL, fault TEXT NOT NULL, owner TEXT NOT NULL, acts TEXT NOT NULL, grade TEXT NOT NULL,
    suspect TEXT NOT NULL, claimed TEXT NOT NULL, agrees INTEGER, match INTEGER NOT NULL,
    receipt INTEGER NOT NULL, started REAL NOT NULL, trouble TEXT NOT NULL,
    chunk INTEGER NOT NULL GENERATED ALWAYS AS (seq >> {CHUNK}) VIRTUAL
) STRICT;
CREATE INDEX judged_fault ON judged (tenant, fault, loose);
CREATE INDEX judged_match ON judged (tenant, match, received);
CREATE INDEX judged_receipt ON judged (chunk, receipt);
PRAGMA user_version = {_VERSION};
"""

_READS = {name: for_sqlite(query) for name, query in QUERIES.items()}


class MonthFile:
    """``place``: year and month (``month_of``) and number within the month. ``first``: the place in the order of
    arrival from which this file counts. ``trouble``: why it cannot be read; then nothing else can be asked.
    ``passing``: it may be readable a moment later (no right, no file handle left)."""

    synchronous = "FULL"  # the kill harness shows what happens without

    def __init__(self, path: Path) -> None:
        named = _NAME.fullmatch(path.name)
        assert named is not None
        self.path = path
        self.place = (int(named[1]) * 12 + int(named[2]) - 1, int(named[3] or 1))
        self.trouble: str | None = None
        self.passing = False
        self.first = 0
        self._readers: deque[sqlite3.Connection] = deque()
        self._writer: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._closed = False
        try:
            (version,) = self.one("PRAGMA user_version") or (0,)
            if version != _VERSION:
                self.trouble = f"{path.name}: made by another version ({version})"
                return
            (self.first,) = self.one("SELECT first FROM part") or (0,)
        except Damaged:
            pass
        except Unavailable as error:
            self.trouble, self.passing = str(error), True

    @staticmethod
    def is_one(name: str) -> bool:
        return _NAME.fullmatch(name) is not None

    @classmethod
    def create(cls, folder: Path, place: tuple[int, int], first: int) -> None:
        """A new one, whole or not at all: made under another name, and renamed when it is on the disk."""
        month, number = place
        name = f"reports-{month // 12:04}-{month % 12 + 1:02}" + (f"-{number}" if number > 1 else "") + ".db"
        new = folder / f".new-{name}"
        for left in (new, Path(f"{new}-wal"), Path(f"{new}-shm")):
            left.unlink(missing_ok=True)
        try:
            with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as db:
                _log_ahead(db)
                db.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
                db.execute("INSERT INTO part VALUES (?, 0)", (first,))
            if Path(f"{new}-wal").exists():  # it goes when all of it is on the disk in the file
                raise OSError("its log could not be carried into the file")
            _sync(new)
            new.rename(folder / name)
            _sync(folder)
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"{name} cannot be made: {error}") from error

    # ---------------------------------------------------------------- reading

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        if self.trouble is not None:
            raise Damaged(self.trouble)
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _CORRUPT:
                self.trouble = f"{self.path.name}: {error}"
                raise Damaged(self.trouble) from error
            raise Unavailable(f"{self.path.name}: {error}") from error

    def _connect(self, *, write: bool) -> sqlite3.Connection:
        db = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY_S,
            check_same_thread=False,
        )  # fmt: skip
        try:
            if write:
                _log_ahead(db)
                _sync(self.path.parent)  # the log's name; SQLite does it too, but passes over its failure
                db.execute(f"PRAGMA synchronous = {self.synchronous}")
                db.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
                db.execute(f"PRAGMA journal_size_limit = {_WAL_PAGES * 8192}")
                db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            else:
                db.execute("PRAGMA query_only = 1")
        except OSError as error:
            db.close()
            raise Unavailable(f"{self.path.name}: {error.strerror}") from error
        except BaseException:
            db.close()
            raise
        return db

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._errors():
            try:
                db = self._readers.pop()
            except IndexError:
                db = self._connect(write=False)
            try:
                yield db
            except BaseException:
                db.close()
                raise
            if len(self._readers) < _READERS and not self._closed:
                self._readers.append(db)
            else:
                db.close()

    def all(self, name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self.reading() as db:
            return db.execute(_READS[name], values).fetchall()

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        with self.reading() as db:
            found: list[tuple[Any, ...]] = db.execute(sql, values).fetchall()
            return found[0] if found else None

    def last(self) -> int:
        """The newest place in it, or the one before its first."""
        return (self.one("SELECT max(seq) FROM report") or (None,))[0] or self.first - 1

    def held(self, ids: Sequence[bytes]) -> dict[bytes, Held]:
        """What is there of these (sorted) ids. UUIDv7 are nearly in order: one look tells that a whole run of them is
        not there, so an old file costs a new batch one step."""
        found: dict[bytes, Held] = {}
        with self.reading() as db:
            at = 0
            while at < len(ids):
                near = db.execute("SELECT id, seq FROM report WHERE id >= ? ORDER BY id LIMIT 1", (ids[at],)).fetchone()
                if near is None:
                    break
                if near[0] == ids[at]:
                    row = db.execute(f"SELECT {HELD} FROM report WHERE seq = ?", near[1:]).fetchone()  # noqa: S608
                    found[ids[at]] = Held(*row)
                    at += 1
                else:
                    at = bisect_left(ids, near[0], at)
        return found

    # ---------------------------------------------------------------- writing

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when this ends well, undone when it does not."""
        with self._lock, self._errors():
            db = self._writer = self._writer or self._connect(write=True)
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                raise

    def rest(self) -> None:
        """Nothing is written here for now: give the connection back."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._writer is not None:
                self._writer.close()
            self._writer = None

    def shrink(self) -> None:
        """Give the room of deleted bodies back to the disk."""
        with self._lock, self._errors():
            db = self._writer = self._writer or self._connect(write=True)
            db.execute("VACUUM")

    def bytes(self) -> int:
        return sum(
            path.stat().st_size for path in (self.path, Path(f"{self.path}-wal")) if path.exists()
        )  # fmt: skip

    def close(self) -> None:
        self._closed = True
        self.rest()
        while self._readers:
            with contextlib.suppress(sqlite3.Error, IndexError):
                self._readers.pop().close()


def _log_ahead(db: sqlite3.Connection) -> None:
    """A file that is not in this mode, because the change failed or it came from a copy, would lose what was committed
    last in a power cut: the other mode's commit is the removal of a name. SQLite does not say by itself that it failed.
    """
    (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise sqlite3.OperationalError(f"the write-ahead log cannot be had (journal mode {mode})")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
