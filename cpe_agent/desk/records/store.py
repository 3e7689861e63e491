"""Opens the records: SQLite in the data folder, or PostgreSQL; brings them up to date.

Writers of SQLite stand in line: one lock in this process, ``BEGIN IMMEDIATE`` between processes (a command on the data
folder while the desk runs), so that nobody reads, decides, and then finds the database changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, insert, inspect, make_url, select, text
from sqlalchemy.schema import CreateIndex, CreateTable

from cpe_agent.desk.records.tables import metadata, setting

FILE = "desk.db"
HEAD = "0001"
"""The newest migration. A test compares it with what Alembic finds."""

_WAIT_S = 10.0
_CACHE_KIB = 512  # a connection; the records are small, and there may be one a thread


class Newer(Exception):
    """The database was made by a newer version than this one."""


class Records:
    """``url``: ``sqlite:////data/desk.db`` or ``postgresql://...``. Nothing is read before ``migrate``."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self._lock = threading.Lock()
        self.engine = _sqlite(parsed) if self.sqlite else create_engine(parsed, pool_size=8, pool_pre_ping=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the records, whatever is written meanwhile."""
        with self.engine.connect() as connection:
            if not self.sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end, durably; rolled back when something is raised."""
        with self._lock if self.sqlite else nullcontext(), self.engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                yield writer

    def version(self) -> str | None:
        """The migration that the database is at; None for an empty one."""
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found

    def migrate(self) -> bool:
        """Bring the database up to date; False when it was. An empty one is made whole at once: Alembic, 48 MiB of
        it, is loaded only where there is something to change."""
        with self.write() as connection:
            if not self.sqlite:  # two that start at once
                connection.execute(text("SELECT pg_advisory_xact_lock(7164011)"))
            if not inspect(connection).has_table("alembic_version"):
                for table in metadata.sorted_tables:  # create_all makes the indexes in an order that chance decides
                    connection.execute(CreateTable(table))
                    for index in sorted(table.indexes, key=lambda index: str(index.name)):
                        connection.execute(CreateIndex(index))
                connection.execute(
                    text(
                        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
                    )
                )
                connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
                return True
        if self.version() == HEAD:
            return False
        from cpe_agent.desk.records.migrating import move

        move(self, "head")
        return True

    def setting(self, name: str) -> str | None:
        with self.read() as connection:
            found: str | None = connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar()
            return found

    def keep(self, name: str, value: str) -> None:
        with self.write() as connection:
            connection.execute(delete(setting).where(setting.c.name == name))
            connection.execute(insert(setting).values(name=name, value=value))

    def close(self) -> None:
        self.engine.dispose()


def records_url(data: Path, database: str | None) -> str:
    return database or f"sqlite:///{data / FILE}"


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, pool_size=8, max_overflow=32, connect_args={"timeout": _WAIT_S})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None  # this module says BEGIN, not the driver
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(_WAIT_S * 1000)}",
            f"cache_size=-{_CACHE_KIB}",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
