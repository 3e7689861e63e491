"""Reconcile finds every kind of loss, mends what it can, and says nothing about a sound archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cpe_agent.desk.archive import Archive, Judged, Row, month_of
from cpe_agent.desk.archive.reconcile import Wrong, reconcile
from cpe_agent.desk.archive.sqlite import SqliteArchive
from tests.desk.conftest import Database
from tests.desk.incoming import DAY, NOVEMBER, report


def plain(_: Row, stored: bytes) -> bytes:
    return stored


@pytest.fixture
def spoil(database: Database, archive: Archive) -> Callable[..., None]:
    """Runs a statement on the tables themselves, behind the archive's back."""

    def run(sql: str, *values: Any) -> None:
        if database.url is None:
            assert isinstance(archive, SqliteArchive)
            for part in archive.parts():
                with part.writing() as db:
                    db.execute(sql, values)
        else:
            with psycopg.connect(database.url, options="-c search_path=archive") as connection:
                connection.execute(sql.replace("?", "%s"), values)

    return run


@pytest.fixture
def filled(archive: Archive) -> Archive:
    for month in range(2):
        archive.commit([report(received=NOVEMBER + month * 31 * DAY, customer=n) for n in range(600)])
    archive.put_judged([Judged(n, "fault", "cable-out", agrees=(None, True)[n % 2]) for n in range(1, 401)])
    return archive


def test_a_sound_archive(filled: Archive) -> None:
    found = reconcile(filled, plain)
    assert found.whole
    assert (found.rows, found.proven, found.gone, found.waiting, found.requeued) == (1200, 1200, 0, 1000, 0)


def test_an_empty_one(archive: Archive) -> None:
    assert reconcile(archive, plain).whole


def test_what_went_on_purpose_is_not_missing(filled: Archive) -> None:
    filled.erase(1, customer=599)
    filled.purge_bodies(NOVEMBER + 1)
    found = reconcile(filled, plain)
    assert found.whole
    assert (found.rows, found.proven, found.gone) == (1200, 599, 601)
    filled.purge(month_of(NOVEMBER) + 1)
    assert reconcile(filled, lambda row, stored: None if row.customer == 3 else stored)[:3] == (600, 598, 2)


def test_every_loss_is_found(filled: Archive, spoil: Callable[..., None]) -> None:
    spoil("DELETE FROM report WHERE seq IN (7, 8, 1200)")
    spoil("DELETE FROM body WHERE seq = 9")
    spoil("UPDATE body SET data = ? WHERE seq = 10", b"other bytes")
    spoil("UPDATE report SET size = 1 WHERE seq = 11")

    def unsealed(row: Row, stored: bytes) -> bytes:
        if row.seq == 12:
            raise ValueError("its key is missing")
        return stored

    found = reconcile(filled, unsealed)
    assert not found.whole
    expected = [
        Wrong(7, "missing", many=2), Wrong(9, "no-body"), Wrong(10, "other-bytes"),
        Wrong(12, "unreadable", "ValueError: its key is missing"),
    ]  # fmt: skip
    assert list(found.wrong[:4]) == expected
    if isinstance(filled, SqliteArchive):
        assert len(found.wrong) == 4, "a missing end cannot be seen in files"
    else:
        assert found.wrong[4:] == (Wrong(1200, "missing"),)


def test_what_fell_out_of_the_queues_is_judged_after_all(filled: Archive, spoil: Callable[..., None]) -> None:
    spoil("DELETE FROM todo WHERE seq BETWEEN 500 AND 509")
    spoil("DELETE FROM later WHERE seq = 2")
    found = reconcile(filled, plain)
    assert found.whole
    assert (found.requeued, found.waiting) == (11, 989)
    assert {row.seq for row in filled.unread(2000)} == set(range(401, 1201))
    assert [row.seq for row in filled.unjudged(2)] == [2, 4]
    assert reconcile(filled, plain).requeued == 0


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path)
    for month in range(3):
        archive.commit([report(received=NOVEMBER + month * 31 * DAY) for _ in range(5)])
    path = archive.parts()[1].path
    archive.close()
    path.write_bytes(b"no database" * 1000)
    archive = SqliteArchive(tmp_path)
    found = reconcile(archive, plain)
    archive.close()
    assert not found.whole
    assert found.wrong == (Wrong(6, "missing", many=5),)
    assert path.name in found.damaged[0]
