"""Where the wrapped keys lie: a database of their own, ``keys.db``. ``keys_postgres`` is the other engine."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cpe_agent.desk.vault import KeyRow

FILE = "keys.db"


class Keys(Protocol):
    def of(self, tenant: int, subject: str) -> KeyRow | None: ...

    def add(self, row: KeyRow) -> KeyRow:
        """Durable when it returns. Where the subject has a key already, that one is answered and nothing changed."""
        ...

    def get(self, key: bytes, mark: bytes) -> tuple[KeyRow | None, bool]:
        """A key, and whether it or ``mark`` was erased."""
        ...

    def destroy(self, marks: Mapping[bytes, float]) -> None:
        """Delete the keys of these names and note all of the names, with the time, as erased."""
        ...

    def erased(self) -> dict[bytes, float]: ...

    def months_before(self, month: str) -> list[bytes]:
        """Names of the keys of earlier months, of all tenants."""
        ...

    def close(self) -> None: ...


_TABLES = """
CREATE TABLE IF NOT EXISTS key_ (
  id BLOB PRIMARY KEY, tenant INTEGER NOT NULL, subject TEXT NOT NULL, wrapped BLOB NOT NULL,
  UNIQUE (tenant, subject)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_subject ON key_ (subject);
CREATE TABLE IF NOT EXISTS erased (id BLOB PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
"""
_OF = "SELECT id, tenant, subject, wrapped FROM key_ WHERE tenant = ? AND subject = ?"


class SqliteKeys:
    def __init__(self, file: Path) -> None:
        file.touch(0o600)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")  # a destroyed key is written over
        self._db.executescript(_TABLES)

    def of(self, tenant: int, subject: str) -> KeyRow | None:
        with self._lock:
            found = self._db.execute(_OF, (tenant, subject)).fetchone()
        return None if found is None else KeyRow(*found)

    def add(self, row: KeyRow) -> KeyRow:
        with self._lock:
            self._db.execute("INSERT INTO key_ VALUES (?, ?, ?, ?) ON CONFLICT (tenant, subject) DO NOTHING", row)
            return KeyRow(*self._db.execute(_OF, (row.tenant, row.subject)).fetchone())

    def get(self, key: bytes, mark: bytes) -> tuple[KeyRow | None, bool]:
        with self._lock:
            found = self._db.execute("SELECT id, tenant, subject, wrapped FROM key_ WHERE id = ?", (key,)).fetchone()
            erased = self._db.execute("SELECT 1 FROM erased WHERE id IN (?, ?)", (key, mark)).fetchone()
        return (None if found is None else KeyRow(*found)), erased is not None

    def destroy(self, marks: Mapping[bytes, float]) -> None:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("DELETE FROM key_ WHERE id = ?", [(mark,) for mark in marks])
                self._db.executemany("INSERT OR IGNORE INTO erased VALUES (?, ?)", marks.items())
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            with suppress(sqlite3.OperationalError):  # a reader holds the log: it is emptied later
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def erased(self) -> dict[bytes, float]:
        with self._lock:
            return dict(self._db.execute("SELECT id, at FROM erased"))

    def months_before(self, month: str) -> list[bytes]:
        asked = "SELECT id FROM key_ WHERE subject >= 'month-' AND subject < ?"
        with self._lock:
            return [key for (key,) in self._db.execute(asked, (month,))]

    def close(self) -> None:
        with self._lock:
            self._db.close()
