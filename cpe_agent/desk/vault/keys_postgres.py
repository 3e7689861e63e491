"""The wrapped keys in PostgreSQL: a schema of their own, ``keys``, that a dump of the data leaves out.

A deleted row's bytes stay in PostgreSQL's pages and log until they are written over. They are wrapped: without the
desk's secret they open nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg

from cpe_agent.desk.vault import KeyRow

SCHEMA = "keys"
_LOCK = 7164012  # two that start at once
_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS keys",
    "CREATE TABLE IF NOT EXISTS keys.key_ (id bytea PRIMARY KEY, tenant bigint NOT NULL, subject text NOT NULL, "
    "wrapped bytea NOT NULL, UNIQUE (tenant, subject))",
    'CREATE INDEX IF NOT EXISTS key_subject ON keys.key_ (subject COLLATE "C")',
    "CREATE TABLE IF NOT EXISTS keys.erased (id bytea PRIMARY KEY, at double precision NOT NULL)",
)
_COLUMNS = "id, tenant, subject, wrapped"
_OF = f"SELECT {_COLUMNS} FROM keys.key_ WHERE tenant = %s AND subject = %s"  # noqa: S608 - our own words


class PostgresKeys:
    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._db = self._connected()
        with self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if self._db.execute("SELECT to_regclass('keys.erased')").fetchone() == (None,):
                for statement in _TABLES:
                    self._db.execute(statement)

    def of(self, tenant: int, subject: str) -> KeyRow | None:
        return _row(self._asked(_OF, (tenant, subject)))

    def add(self, row: KeyRow) -> KeyRow:
        self._asked("INSERT INTO keys.key_ VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id", row)
        kept = self.of(row.tenant, row.subject)
        assert kept is not None
        return kept

    def get(self, key: bytes, mark: bytes) -> tuple[KeyRow | None, bool]:
        # In one statement: an erasure is seen whole.
        text = (
            f"SELECT EXISTS (SELECT FROM keys.erased WHERE id IN (%s, %s)), {_COLUMNS} "  # noqa: S608 - our own words
            "FROM (SELECT) AS one LEFT JOIN keys.key_ ON id = %s"
        )
        [(erased, *found)] = self._asked(text, (key, mark, key))
        return _row([found] if found[0] is not None else []), erased

    def destroy(self, marks: Mapping[bytes, float]) -> None:
        names = list(marks)
        deleted = (
            "WITH gone AS (DELETE FROM keys.key_ WHERE id = ANY(%s)), "
            "listed AS (INSERT INTO keys.erased SELECT * FROM unnest(%s::bytea[], %s::float8[]) ON CONFLICT DO NOTHING)"
            " SELECT 1"
        )
        self._asked(deleted, (names, names, list(marks.values())))
        with suppress(psycopg.Error):  # autovacuum comes as well, later
            self._asked("VACUUM keys.key_", ())

    def erased(self) -> dict[bytes, float]:
        return {bytes(mark): at for mark, at in self._asked("SELECT id, at FROM keys.erased", ())}

    def months_before(self, month: str) -> list[bytes]:
        text = 'SELECT id FROM keys.key_ WHERE subject COLLATE "C" >= \'month-\' AND subject COLLATE "C" < %s'
        return [bytes(key) for (key,) in self._asked(text, (month,))]

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _asked(self, text: str, values: Sequence[Any]) -> list[Any]:
        """Asks once more over a new connection when the server closed this one. Everything asked may be repeated."""
        with self._lock:
            try:
                return _all(self._db, text, values)
            except psycopg.OperationalError:
                if not self._db.broken:
                    raise
            self._db = self._connected()
            return _all(self._db, text, values)

    def _connected(self) -> psycopg.Connection[Any]:
        db = psycopg.connect(self._url, autocommit=True)
        db.execute("SET synchronous_commit = on")
        return db


def _all(db: psycopg.Connection[Any], text: str, values: Sequence[Any]) -> list[Any]:
    cursor = db.execute(text, values)
    return cursor.fetchall() if cursor.description else []


def _row(rows: Sequence[Any]) -> KeyRow | None:
    if not rows:
        return None
    key, tenant, subject, wrapped = rows[0]
    return KeyRow(bytes(key), tenant, subject, bytes(wrapped))
