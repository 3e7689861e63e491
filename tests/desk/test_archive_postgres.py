"""PostgreSQL: several processes, a server that goes away, one that is not durable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cpe_agent.desk.archive import Accepted, Taken, Unavailable
from cpe_agent.desk.archive.postgres import PostgresArchive
from tests.desk import postgres
from tests.desk.incoming import DAY, NOVEMBER, report


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    problem = postgres.missing()
    if problem:
        pytest.skip(problem)
    server = postgres.Server()
    yield server
    server.close()


@pytest.fixture
def url(postgres_server: postgres.Server) -> Iterator[str]:
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


def test_a_server_that_goes_away_and_comes_back(own_server: postgres.Server) -> None:
    archive = PostgresArchive(own_server.url("postgres"))
    archive.commit([report("one"), report()])
    own_server.crash()
    for _ in range(2):
        with pytest.raises(Unavailable, match="PostgreSQL"):
            archive.commit([report()])
        with pytest.raises(Unavailable, match="PostgreSQL"):
            archive.newest(1)
    own_server.start()
    assert [archive.body(row) for row in archive.rows_between(1, 1)] == [b"one"]
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 3)]
    archive.close()


def test_a_connection_that_was_cut_is_replaced_unnoticed(url: str) -> None:
    archive = PostgresArchive(url)
    archive.commit([report()])
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    assert len(archive.newest(1).rows) == 1
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 2)]
    archive.close()


def test_a_server_without_fsync_is_refused(own_server: postgres.Server) -> None:
    with psycopg.connect(own_server.url("postgres"), autocommit=True) as db:
        db.execute("ALTER SYSTEM SET fsync = off")
        db.execute("SELECT pg_reload_conf()")
    with pytest.raises(Unavailable, match="fsync=off"):
        PostgresArchive(own_server.url("postgres"))


def test_two_processes_begin_a_month_at_once(url: str) -> None:
    archives = [PostgresArchive(url) for _ in range(3)]
    for month in range(3):
        for archive in archives:
            archive.commit([report(received=NOVEMBER + month * 31 * DAY)])
    assert archives[0].statistics().parts == 3
    assert [row.seq for row in archives[1].rows_between(1, 99)] == list(range(1, 10))
    for archive in archives:
        archive.close()


def test_whoever_hangs_in_a_transaction_is_thrown_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process that holds the lock must not hold up the others for ever."""
    from cpe_agent.desk.archive import postgres as module

    monkeypatch.setitem(module._SESSION, "idle_in_transaction_session_timeout", "2s")
    archive = PostgresArchive(url)
    archive.commit([report()])
    stopped = archive._connect()
    stopped.execute("BEGIN")
    stopped.execute("SELECT last FROM state WHERE one FOR UPDATE")
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 2)]
    with pytest.raises(psycopg.Error, match="idle-in-transaction"):
        stopped.execute("COMMIT")
    stopped.close()
    archive.close()


def test_a_lock_that_is_not_given_is_unavailable_not_for_ever(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from cpe_agent.desk.archive import postgres as module

    monkeypatch.setitem(module._SESSION, "lock_timeout", "200ms")
    archive = PostgresArchive(url)
    archive.commit([report()])
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE archive.state")
        with pytest.raises(Unavailable, match="lock timeout"):
            archive.commit([report()])
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 2)]
    archive.close()


def test_text_that_the_server_does_not_take_fails_alone(url: str) -> None:
    archive = PostgresArchive(url)
    with pytest.raises(psycopg.DataError):
        archive.commit([report(kept="a\0b")])
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 1)]
    archive.close()


def test_commits_are_durable_whatever_the_server_says(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        name = db.info.dbname
        db.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    archive = PostgresArchive(url)

    def shown(db: psycopg.Connection[Any]) -> Any:
        return db.execute("SHOW synchronous_commit").fetchone()

    assert archive._with(shown) == ("on",)
    archive.close()
