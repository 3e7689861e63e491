"""SQLite: files of a month, a full disk, a damaged file, and another program beside."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpe_agent.desk.archive import Accepted, Damaged, Judged, Taken, Unavailable, month_of
from cpe_agent.desk.archive.sqlite import SqliteArchive
from tests.desk.incoming import DAY, NOVEMBER, report


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    found = SqliteArchive(tmp_path, most_rows=50)
    yield found
    found.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("reports-*.db"))


def filled(archive: SqliteArchive, months: int = 3) -> None:
    for month in range(months):
        for _ in range(3):
            archive.commit([report(received=NOVEMBER + month * 31 * DAY, customer=7) for _ in range(10)])


def test_a_file_a_month_and_another_when_one_is_full(archive: SqliteArchive, tmp_path: Path) -> None:
    for _ in range(3):
        archive.commit([report(customer=7) for _ in range(30)])
    archive.commit([report(received=NOVEMBER + 31 * DAY)])
    assert names(tmp_path) == [
        "reports-2026-11-2.db",
        "reports-2026-11-3.db",
        "reports-2026-11.db",
        "reports-2026-12.db",
    ]
    assert [row.seq for row in archive.of_customer(1, 7, limit=99).rows] == list(range(90, 0, -1))
    assert [(p.place[1], p.first) for p in archive.parts()] == [(1, 1), (2, 31), (3, 61), (1, 91)]


def test_a_half_made_file_is_no_file(archive: SqliteArchive, tmp_path: Path) -> None:
    (tmp_path / ".new-reports-2026-11.db").write_bytes(b"half")
    (tmp_path / "reports-2026-11.db.bak").write_bytes(b"somebody's")
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 1)]
    assert names(tmp_path) == ["reports-2026-11.db"]


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "empty":
        data = bytearray()
    elif how == "cut":
        data = data[: len(data) // 2 // 4096 * 4096]
    elif how == "header":
        data[:100] = bytes(100)
    elif how == "pages":
        data[4096:] = b"\xa5" * len(data[4096:])
    elif how == "other database":
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE t (x)")
        other.close()
        return
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["empty", "header", "pages", "other database"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_damaged_file_takes_no_other_with_it(tmp_path: Path, how: str, which: int) -> None:
    archive = SqliteArchive(tmp_path, most_rows=50)
    filled(archive)
    sound = [n for n in range(1, 91) if not which * 30 < n <= which * 30 + 30]
    path = archive.parts()[which].path
    archive.close()
    damage(path, how)
    archive = SqliteArchive(tmp_path, most_rows=50)
    assert [row.seq for row in archive.of_customer(1, 7, limit=99).rows] == sound[::-1]
    assert [row.seq for row in archive.rows_between(1, 99)] == sound
    assert archive.body(next(archive.rows_between(sound[0], 99))) is not None
    [trouble] = archive.statistics().damaged
    assert path.name in trouble
    with pytest.raises(Damaged, match=path.name):
        archive.by_seq(1, which * 30 + 15)
    with pytest.raises(Damaged, match=path.name):
        archive.attach(1, which * 30 + 15, customer=9)
    with pytest.raises(Damaged, match=path.name):
        archive.put_judged([Judged(which * 30 + 15)])
    assert archive.by_seq(1, sound[-1]) is not None
    [answer] = archive.commit([report(received=NOVEMBER + 2 * 31 * DAY)])
    assert answer == Accepted(Taken.NEW, 91 if which < 2 else 111), "no place is given out twice"
    assert archive.statistics().last == answer.seq
    archive.close()


def test_damage_that_shows_while_it_is_read(archive: SqliteArchive) -> None:
    filled(archive)
    [first, *_] = archive.parts()
    first.rest()
    while first._readers:
        first._readers.pop().close()
    damage(first.path, "pages")
    assert [row.seq for row in archive.of_customer(1, 7, limit=99).rows] == list(range(90, 30, -1))
    assert archive.statistics().damaged


def test_a_full_disk_stores_nothing_and_passes(archive: SqliteArchive) -> None:
    archive.commit([report("before")])
    [part] = archive.parts()
    with part.writing() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
    assert part._writer is not None
    part._writer.execute(f"PRAGMA max_page_count = {pages + 8}")  # SQLITE_FULL, as of a disk without room
    batch = [report(bytes(9000)) for _ in range(20)]
    for _ in range(3):
        with pytest.raises(Unavailable, match="full"):
            archive.commit(batch)
    assert [row.seq for row in archive.rows_between(1, 99)] == [1]
    part._writer.execute("PRAGMA max_page_count = 1000000")
    assert archive.commit(batch)[0] == Accepted(Taken.NEW, 2)


def test_no_room_for_a_new_month(archive: SqliteArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.commit([report("before")])

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", no_room)
        with pytest.raises(Unavailable, match="No space left"):
            archive.commit([report(received=NOVEMBER + 31 * DAY)])
    assert names(tmp_path) == ["reports-2026-11.db"]
    assert archive.commit([report(received=NOVEMBER + 31 * DAY)]) == [Accepted(Taken.NEW, 2)]


def test_only_one_program_takes_reports_in(archive: SqliteArchive, tmp_path: Path) -> None:
    archive.commit([report("one")])
    other = SqliteArchive(tmp_path, most_rows=50)
    with pytest.raises(Unavailable, match="another desk"):
        other.commit([report()])
    assert len(other.newest(1).rows) == 1, "it may read"
    assert other.attach(1, 1, customer=5), "and a person may work beside it"
    other.put_judged([Judged(1, "fault", "cable-out", agrees=True)])
    assert archive.of_customer(1, 5).rows == archive.newest(1, fault="cable-out").rows == other.newest(1).rows
    archive.close()
    assert other.commit([report()]) == [Accepted(Taken.NEW, 2)]
    other.close()


def test_another_program_sees_a_new_month_and_a_purged_one(archive: SqliteArchive, tmp_path: Path) -> None:
    other = SqliteArchive(tmp_path, most_rows=50)
    filled(archive)
    assert other.statistics().rows == 90
    assert other.purge(month_of(NOVEMBER) + 1) == 1
    assert [row.seq for row in archive.newest(1, limit=99).rows] == list(range(90, 30, -1))
    assert archive.statistics().parts == 2
    other.close()


def test_a_purged_file_gives_its_room_back(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path)
    archive.commit([report(bytes(50_000)) for _ in range(50)])
    archive.commit([report(received=NOVEMBER + 31 * DAY)])
    before = archive.statistics().bytes
    assert archive.purge_bodies(NOVEMBER + 30 * DAY) == 50
    archive.close()
    assert (tmp_path / "reports-2026-11.db").stat().st_size < before / 10


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path)
    archive.commit([report()])
    archive.close()
    with sqlite3.connect(tmp_path / "reports-2026-11.db") as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    archive = SqliteArchive(tmp_path)
    assert archive.statistics().damaged == ("reports-2026-11.db: made by another version (9)",)
    archive.close()


def test_a_slow_reader_holds_nobody_up(archive: SqliteArchive) -> None:
    filled(archive, 1)
    walk = archive.rows_between(1, 99)
    next(walk)
    done = threading.Thread(target=archive.commit, args=([report() for _ in range(10)],))
    done.start()
    done.join(30)
    assert not done.is_alive()
    assert len(list(walk)) == 29, "what it began with"


def test_a_name_with_strange_characters(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c%20 d'é"
    archive = SqliteArchive(folder)
    archive.commit([report()])
    assert names(folder) == ["reports-2026-11.db"]
    archive.close()


def test_the_log_is_carried_into_the_file(tmp_path: Path) -> None:
    """A checkpoint now and then: the write-ahead log does not grow for ever."""
    archive = SqliteArchive(tmp_path)
    for _ in range(60):
        archive.commit([report(bytes(20_000)) for _ in range(50)])
    log = tmp_path / "reports-2026-11.db-wal"
    assert log.stat().st_size < 40 * 1024 * 1024 < archive.statistics().bytes
    archive.close()
    assert not log.exists()


def test_a_file_that_cannot_be_opened_for_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = SqliteArchive(tmp_path, most_rows=50)
    filled(archive)
    archive.close()
    real = sqlite3.connect

    def no_handle_left(name: str, **more: object) -> sqlite3.Connection:
        if "2027-01" in name:
            raise sqlite3.OperationalError("unable to open database file")
        return real(name, **more)  # type: ignore[call-overload, no-any-return]

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", no_handle_left)
        archive = SqliteArchive(tmp_path, most_rows=50)
        assert len(archive.newest(1, limit=99).rows) == 60
        with pytest.raises(Unavailable, match="unable to open"):
            archive.commit([report(received=NOVEMBER + 62 * DAY)])
    assert len(archive.newest(1, limit=99).rows) == 90
    assert archive.commit([report(received=NOVEMBER + 62 * DAY)]) == [Accepted(Taken.NEW, 91)]
    archive.close()


def test_a_copy_in_another_journal_mode_is_put_right(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path)
    archive.commit([report()])
    archive.close()
    with sqlite3.connect(tmp_path / "reports-2026-11.db") as db:
        assert db.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    db.close()
    archive = SqliteArchive(tmp_path)
    assert archive.commit([report()]) == [Accepted(Taken.NEW, 2)]
    archive.close()
    with sqlite3.connect(tmp_path / "reports-2026-11.db") as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()
