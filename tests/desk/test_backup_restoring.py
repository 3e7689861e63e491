"""A backup taken while the desk runs, and what a restored one can read."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpe_agent.commands.desk import desk as command
from cpe_agent.desk.keeping.backup import MANIFEST, CannotBackUp, back_up, damaged
from cpe_agent.desk.keeping.backup_postgres import DUMP
from cpe_agent.desk.keeping.erasing import erase_customer
from cpe_agent.desk.keeping.proving import prove
from cpe_agent.desk.secret import NAME as SECRET
from cpe_agent.desk.vault.erasures import NAME as ERASED
from cpe_agent.desk.vault.keys import FILE as KEYS
from tests.desk import postgres
from tests.desk.conftest import Database
from tests.desk.parts import NOW, Parts, opened

HIS, HERS, LOOSE, GIVEN, LATER = b'{"his":1}', b'{"hers":2}', b'{"loose":3}', b'{"given":4}', b'{"later":5}'


class Place:
    """A desk with two customers and five reports, its backup, and the erasure of one of them after that."""

    def __init__(self, database: Database, tmp_path: Path) -> None:
        self.database, self.data, self.keys = database, tmp_path / "data.backup", tmp_path / "keys.backup"
        self.server: postgres.Server | None = None
        with opened(database) as desk:
            self.his = desk.customers.known(desk.here, telephone="0541234567", number="17")
            self.hers = desk.customers.known(desk.here, telephone="0541234568")
            rows = [
                desk.report(desk.here, body=HIS, customer=self.his),
                desk.report(desk.here, body=HERS, customer=self.hers),
                desk.report(desk.here, body=LOOSE),
                desk.report(desk.here, body=GIVEN),
                desk.report(desk.here, body=LATER),
            ]
            self.seqs = [row.seq for row in rows]
            desk.archive.attach(desk.here, self.seqs[3], customer=self.his)  # as it lies, under the month's key
            back_up(database.settings, self.data, self.keys, NOW)
            later = rows[4]
            sealed = desk.vault.seal_report(desk.here, self.his, later.id, later.received, gzip.compress(LATER))
            desk.archive.attach(desk.here, later.seq, customer=self.his, body=sealed)  # sealed anew, after the backup
            assert erase_customer(desk.desk, desk.here, self.his, "person:1", "asked for it")

    def restored(self, folder: Path, *, keys: bool, erased: Path | None) -> Database:
        """A desk's folder from the backup of the data, the keys of today or of the backup, and a list of erasures."""
        folder.mkdir(parents=True)
        shutil.copy(self.database.folder / SECRET, folder)
        if erased is not None:
            shutil.copy(erased / ERASED, folder)
        if self.database.url is None:
            for file in self.data.glob("*.db"):
                shutil.copy(file, folder)
            shutil.copy((self.keys if keys else self.database.folder) / KEYS, folder)
            return Database(folder, None)
        assert self.server is not None
        url = self.server.create()
        self._restore(self.data / DUMP, url)
        if keys:
            self._restore(self.keys / DUMP, url)
        else:
            dumped = folder / "today.dump"
            _run("pg_dump", "--format=custom", "--schema=keys", f"--file={dumped}", f"--dbname={self.database.url}")
            self._restore(dumped, url)
        return Database(folder, url)

    def _restore(self, dump: Path, url: str) -> None:
        _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(dump))

    def read(self, database: Database) -> list[bytes | None]:
        with opened(database) as desk:
            rows = [desk.archive.by_seq(desk.here, seq) for seq in self.seqs]
            return [None if row is None else desk.desk.content(row) for row in rows]


def _run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, capture_output=True, timeout=60)


@pytest.fixture
def place(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    made = Place(database, tmp_path)
    if database.url is not None:
        made.server = request.getfixturevalue("postgres_server")
    return made


class TestTheDrill:
    def test_old_data_with_the_keys_of_today(self, place: Place, tmp_path: Path) -> None:
        there = place.restored(tmp_path / "new", keys=False, erased=None)
        assert place.read(there) == [None, HERS, LOOSE, None, None]

    def test_old_data_and_old_keys_with_the_list_of_today(self, place: Place, tmp_path: Path) -> None:
        there = place.restored(tmp_path / "new", keys=True, erased=place.database.folder)
        assert place.read(there) == [None, HERS, LOOSE, None, None]

    def test_without_the_list_of_today_it_is_as_it_was_then(self, place: Place, tmp_path: Path) -> None:
        """The negative control: everything old brings everything back, so the list is what does it."""
        there = place.restored(tmp_path / "new", keys=True, erased=None)
        assert place.read(there) == [HIS, HERS, LOOSE, GIVEN, LATER]

    def test_reconcile_finishes_the_erasure(self, place: Place, tmp_path: Path) -> None:
        there = place.restored(tmp_path / "new", keys=True, erased=place.database.folder)
        with opened(there) as desk:
            assert desk.customers.with_telephone(desk.here, "+972541234567"), "the old data know him"
            proven = prove(desk.desk)
            assert (proven.customers, proven.contents) == (1, 1), "the later one is nobody's in the old data"
            assert proven.whole
            assert (proven.reports.rows, proven.reports.proven, proven.reports.gone) == (5, 2, 3)
            assert not desk.customers.with_telephone(desk.here, "+972541234567")
            assert desk.customers.with_telephone(desk.here, "+972541234568")
            again = prove(desk.desk)
            assert (again.customers, again.contents, again.reports.gone) == (0, 0, 3)

    def test_the_backup_of_the_data_holds_no_key_and_the_other_one_nothing_else(self, place: Place) -> None:
        names = {file.name for file in place.data.iterdir()}
        assert KEYS not in names
        assert SECRET not in names
        if place.database.url is None:
            assert {file.name for file in place.keys.iterdir()} == {KEYS, MANIFEST}
            return
        listed = subprocess.run(
            ["pg_restore", "--list", place.data / DUMP], check=True, capture_output=True, text=True
        ).stdout  # fmt: skip
        assert " keys key_ " not in listed
        assert " customer " in listed
        kept = subprocess.run(["pg_restore", "--list", place.keys / DUMP], check=True, capture_output=True, text=True)
        assert " keys key_ " in kept.stdout
        assert " customer " not in kept.stdout

    def test_only_its_owner_may_enter_it(self, place: Place) -> None:
        for folder in (place.data, place.keys):
            assert folder.stat().st_mode & 0o077 == 0


class TestTheManifest:
    def test_it_tells_what_was_changed(self, place: Place) -> None:
        assert damaged(place.data) == damaged(place.keys) == []
        name = DUMP if place.database.url else "desk.db"
        file = place.data / name
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        assert damaged(place.data) == [name]
        file.unlink()
        assert damaged(place.data) == [name]
        (place.data / MANIFEST).write_text("{")
        assert damaged(place.data) == [MANIFEST]

    def test_what_it_says(self, place: Place) -> None:
        told = json.loads((place.data / MANIFEST).read_text())
        assert (told["format"], told["kind"], told["made"]) == (1, "data", "2026-11-22T09:33:20.000Z")
        assert set(told["files"]) == {file.name for file in place.data.iterdir()} - {MANIFEST}


class TestTheRunningDesk:
    @pytest.fixture
    def desk(self, tmp_path: Path) -> Iterator[Parts]:
        with opened(Database(tmp_path / "data", None)) as parts:
            yield parts

    def test_a_backup_taken_under_load_is_one_state(self, desk: Parts, tmp_path: Path) -> None:
        """Reports go on coming in; every one that was accepted before it began is in it, and it opens."""
        ended = threading.Event()
        accepted: list[int] = []

        def work() -> None:
            while not ended.is_set():
                accepted.append(desk.report(desk.here, body=b'{"n":%d}' % len(accepted)).seq)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for number in range(3):
                while len(accepted) < 20 * (number + 1) and thread.is_alive():
                    ended.wait(0.02)
                before = len(accepted)
                back_up(desk.desk.settings, tmp_path / f"b{number}", tmp_path / f"k{number}", NOW)
                there = tmp_path / f"new{number}"
                shutil.copytree(tmp_path / f"b{number}", there)
                shutil.copy(tmp_path / f"k{number}" / KEYS, there)
                shutil.copy(desk.desk.settings.data / SECRET, there)
                with opened(Database(there, None)) as restored:
                    proven = prove(restored.desk)
                assert proven.whole
                assert proven.reports.proven == proven.reports.rows >= before
        finally:
            ended.set()
            thread.join()

    def test_a_backup_that_fails_leaves_nothing(self, desk: Parts, tmp_path: Path) -> None:
        month = _a_month(desk)
        with sqlite3.connect(month) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        content = bytearray(month.read_bytes())
        content[5000:9000] = os.urandom(4000)
        month.write_bytes(content)
        with pytest.raises(CannotBackUp, match="damaged"):
            back_up(desk.desk.settings, tmp_path / "b", None, NOW)
        assert not (tmp_path / "b").exists()
        assert not [file for file in tmp_path.iterdir() if file.name.startswith(".b")]

    def test_where_it_may_not_go(self, desk: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = desk.desk.settings
        with pytest.raises(CannotBackUp, match="already"):
            back_up(settings, tmp_path, None, NOW)
        for data, keys in (("b", "b"), ("b", "b/keys"), ("k/b", "k")):
            with pytest.raises(CannotBackUp, match="apart"):
                back_up(settings, tmp_path / data, tmp_path / keys, NOW)
        with pytest.raises(CannotBackUp, match="no desk"):
            back_up(settings._replace(data=tmp_path / "nowhere"), tmp_path / "b", None, NOW)
        full = shutil.disk_usage(tmp_path)._replace(free=1)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
        with pytest.raises(CannotBackUp, match="room"):
            back_up(settings, tmp_path / "b", None, NOW)
        assert sorted(file.name for file in tmp_path.iterdir()) == ["data"]


def _a_month(desk: Parts) -> Path:
    for _ in range(20):
        desk.report(desk.here, body=os.urandom(2000))
    return next(desk.desk.settings.data.glob("reports-*.db"))


class TestPgDump:
    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("postgresql://desk:hunter2@db/desk", ".pgpass"),
            ("postgresql://desk@db/desk?password=hunter2", ".pgpass"),
            ("postgresql+psycopg://desk@nowhere.invalid/desk", "status"),
        ],
    )
    def test_a_password_is_not_handed_on_and_what_to_run_is_said(self, tmp_path: Path, url: str, told: str) -> None:
        with pytest.raises(CannotBackUp, match=told) as raised:
            back_up(Database(tmp_path, url).settings, tmp_path / "b", None, NOW)
        assert "hunter2" not in str(raised.value)
        assert "pg_dump --format=custom --exclude-schema=keys" in str(raised.value)
        assert not list(tmp_path.iterdir())


class TestTheCommands:
    def run(self, database: Database, *arguments: str) -> Result:
        where = ["--data", str(database.folder), *(["--database", database.url] if database.url else [])]
        return CliRunner().invoke(command, [*arguments, *where])

    def test_backup_and_check(self, place: Place, tmp_path: Path) -> None:
        result = self.run(place.database, "backup", str(tmp_path / "b"), "--keys", str(tmp_path / "k"))
        assert result.exit_code == 0, result.output
        assert "files" in result.output
        assert self.run(place.database, "backup", str(tmp_path / "b"), "--check").exit_code == 0
        (tmp_path / "b" / MANIFEST).unlink()
        assert self.run(place.database, "backup", str(tmp_path / "b"), "--check").exit_code == 1
        assert self.run(place.database, "backup", str(tmp_path / "b")).exit_code == 4

    def test_reconcile(self, place: Place) -> None:
        result = self.run(place.database, "reconcile")
        assert result.exit_code == 0, result.output
        assert "5 reports; 2 proven byte for byte; 3 purged or erased on purpose" in result.output
        assert "nothing is missing" in result.output

    def test_reconcile_finds_what_is_missing(self, place: Place) -> None:
        with opened(place.database) as desk:
            row = desk.archive.by_seq(desk.here, place.seqs[1])
            assert row is not None
            body = desk.archive.body(row)
            assert body is not None
            desk.archive.attach(desk.here, row.seq, body=body[:-1] + bytes([body[-1] ^ 1]))
        result = self.run(place.database, "reconcile")
        assert result.exit_code == 1, result.output
        assert f"MISSING  report {place.seqs[1]}: unreadable" in result.output

    @pytest.mark.parametrize("name", ["reconcile", "purge", "export"])
    def test_where_there_is_no_desk_none_is_made(self, name: str, tmp_path: Path) -> None:
        result = self.run(Database(tmp_path / "nowhere", None), name)
        assert result.exit_code == 4, result.output
        assert "Traceback" not in result.output
        assert not (tmp_path / "nowhere").exists()
