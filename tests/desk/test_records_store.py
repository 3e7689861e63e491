"""The records on both engines: made whole, moved down and up with data in them, written by many at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from cpe_agent.case_code import with_check
from cpe_agent.desk.records import tables
from cpe_agent.desk.records.migrating import config, move
from cpe_agent.desk.records.store import HEAD, Newer, Records, records_url
from tests.desk.conftest import Database

CODE = with_check("4F7K2Q9")
ROWS: dict[str, dict[str, Any]] = {
    "setting": {"name": "address", "value": "http://127.0.0.1"},
    "tenant": {"name": "one", "region": "IL", "created": 1.0},
    "person": {"tenant": 1, "name": "dana", "shown": "Dana", "role": "senior", "language": "he", "created": 1.5},
    "identity": {"person": 1, "issuer": "https://id.example", "subject": "7"},
    "passkey": {"person": 1, "credential": b"\0c", "public_key": b"k", "uses": 2**32, "name": "key", "created": 1.0},
    "session": {"hash": b"s" * 32, "person": 1, "created": 1.0, "seen": 1.0, "confirmed": 1.0, "expires": 2.0},
    "invite": {"tenant": 1, "hash": b"i" * 32, "role": "senior", "by": 1, "created": 1.0, "expires": 2.0},
    "api_token": {"tenant": 1, "hash": b"a" * 32, "name": "tickets", "by": 1, "created": 1.0},
    "customer": {"tenant": 1, "number_hash": b"n" * 32, "number_sealed": b"\0sealed", "created": 1.0},
    "case_": {"tenant": 1, "code": CODE, "name": "Blue", "folded": "blue", "customer": 1, "opened": 1.0, "holder": 1},
    "ticket": {"tenant": 1, "hash": b"t" * 32, "customer": 1, "case": CODE, "created": 1.0, "expires": 2.0},
    "entry": {"tenant": 1, "case": 1, "at": 1.0, "by": 1, "kind": "asked", "key": "nte-lamp", "source": "stated"},
    "outcome": {"tenant": 1, "case": 1, "report": b"r" * 16, "named": "no-carrier", "judged": "right", "at": 1.0},
    "webhook": {"tenant": 1, "name": "t", "url": "https://t.example", "secret_sealed": b"s", "events": "case.opened",
                "created": 1.0},
    "delivery": {"webhook": 1, "event": "case.opened", "body": "{}", "created": 1.0, "due": 1.0, "tries": 0},
    "feed": {"tenant": 1, "at": 1.0, "topic": "case", "body": "{}"},
    "audit": {"tenant": 1, "seq": 1, "at": 1.25, "who": "desk", "what": "w", "subject": "", "reason": "נסיון",
              "previous": b"\0" * 32, "hash": b"h" * 32},
    "audit_head": {"tenant": 1, "seq": 1, "hash": b"h" * 32, "seal": b"e" * 32},
}  # fmt: skip
"""A row of every table, each pointing at the ones before it."""


@pytest.fixture
def records(database: Database) -> Any:
    database.folder.mkdir(parents=True, exist_ok=True)
    opened = Records(records_url(database.folder, database.url))
    yield opened
    opened.close()


def fill(records: Records) -> None:
    assert set(ROWS) == set(tables.metadata.tables), "a new table needs a row here"
    with records.write() as connection:
        for table in tables.metadata.sorted_tables:
            connection.execute(insert(table).values(**ROWS[table.name]))


def content(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    def clean(value: Any) -> Any:
        return bytes(value) if isinstance(value, memoryview) else value

    return {
        table.name: [tuple(map(clean, row)) for row in connection.execute(select(table))]
        for table in tables.metadata.sorted_tables
    }


def differences(records: Records) -> list[Any]:
    with records.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, tables.metadata))


def test_an_empty_database_is_made_whole_and_left_alone_after(records: Records) -> None:
    assert records.version() is None
    assert records.migrate()
    assert records.version() == HEAD
    assert not records.migrate()
    fill(records)
    with records.read() as connection:
        before = content(connection)
    assert not records.migrate()
    with records.read() as connection:
        assert content(connection) == before


def test_two_that_start_at_once_make_it_once(database: Database) -> None:
    database.folder.mkdir(parents=True, exist_ok=True)
    made: list[bool] = []
    opened = [Records(records_url(database.folder, database.url)) for _ in range(4)]
    threads = [threading.Thread(target=lambda r=r: made.append(r.migrate())) for r in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]
    for each in opened:
        each.close()


def test_the_newest_migration_is_the_one_that_the_program_names() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_the_migrations_make_the_same_tables_as_the_program(records: Records) -> None:
    records.migrate()
    assert not differences(records), "made at once"
    move(records, "base")
    move(records, "head")
    assert records.version() == HEAD
    assert not differences(records), "made by the migrations"


def test_a_difference_would_be_found(records: Records) -> None:
    records.migrate()
    with records.write() as connection:
        connection.execute(text("DROP INDEX ix_ticket_tenant_id"))
        connection.execute(text("ALTER TABLE tenant DROP COLUMN region"))
    assert len(differences(records)) == 2


def test_every_migration_goes_down_and_up_with_data_in_it(records: Records) -> None:
    records.migrate()
    fill(records)
    walked = list(ScriptDirectory.from_config(config()).walk_revisions())
    for script in walked:
        down = script.down_revision or "base"
        assert isinstance(down, str)
        move(records, down)
        left = None if down == "base" else down
        assert records.version() == left
    with records.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    move(records, "head")
    fill(records)
    with records.read() as connection:
        assert all(len(rows) == 1 for rows in content(connection).values())


def test_a_database_of_a_newer_version_is_left_alone(records: Records) -> None:
    records.migrate()
    with records.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Newer, match="9999"):
        records.migrate()


def test_what_fails_leaves_nothing_behind(records: Records) -> None:
    records.migrate()

    def half() -> None:
        with records.write() as connection:
            connection.execute(insert(tables.tenant).values(**ROWS["tenant"]))
            raise ValueError("midway")

    with pytest.raises(ValueError, match="midway"):
        half()
    with records.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.tenant)).scalar() == 0


def test_rows_that_others_point_to_stay(records: Records) -> None:
    records.migrate()
    fill(records)
    with pytest.raises(IntegrityError), records.write() as connection:
        connection.execute(text("DELETE FROM tenant"))


def test_a_row_number_is_never_given_twice(records: Records) -> None:
    records.migrate()

    def add(name: str) -> int:
        row = insert(tables.tenant).values(name=name, region="IL", created=1.0).returning(tables.tenant.c.id)
        with records.write() as connection:
            return int(connection.execute(row).scalar_one())

    first = add("one")
    with records.write() as connection:
        connection.execute(text("DELETE FROM tenant"))
    assert add("two") > first


def test_many_writers_lose_nothing(database: Database) -> None:
    """Reads, decides, writes: also from another process, which a second engine is to the database."""
    database.folder.mkdir(parents=True, exist_ok=True)
    opened = [Records(records_url(database.folder, database.url)) for _ in range(2)]
    opened[0].migrate()
    opened[0].keep("count", "0")
    value = tables.setting.c.value

    def count(records: Records) -> None:
        for _ in range(20):
            with records.write() as connection:
                seen = select(value).where(tables.setting.c.name == "count").with_for_update()
                now = int(connection.execute(seen).scalar_one())
                connection.execute(tables.setting.update().values(value=str(now + 1)))

    threads = [threading.Thread(target=count, args=(opened[n % 2],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened[0].setting("count") == "120"
    for each in opened:
        each.close()


def test_sqlite_keeps_what_it_said_it_kept(records: Records) -> None:
    if not records.sqlite:
        pytest.skip("PostgreSQL is asked nothing of this kind: it syncs at every commit by itself")
    records.migrate()
    with records.read() as connection:
        asked = {
            p: connection.execute(text(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_every_new_database_is_the_same(tmp_path: Path) -> None:
    """The order of its indexes too: of two equal plans SQLite takes one by that."""
    make = "import sys; from cpe_agent.desk.records.store import Records; Records(sys.argv[1]).migrate()"
    made = set()
    for seed in ("1", "2"):
        file = tmp_path / seed
        subprocess.run([sys.executable, "-c", make, f"sqlite:///{file}"], env={"PYTHONHASHSEED": seed}, check=True)
        with closing(sqlite3.connect(file)) as database:
            made.add(tuple(sql for (sql,) in database.execute("SELECT sql FROM sqlite_master ORDER BY rowid")))
    assert len(made) == 1
