"""Two hundred thousand rows, so that look-ups go over several chunks. ``python -m bench.desk_store`` has the times."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import desk_store
from cpe_agent.desk.archive import Accepted, Archive, Taken
from cpe_agent.desk.archive.queries import CHUNK
from cpe_agent.desk.desk import open_archive
from tests.desk.conftest import Database
from tests.desk.incoming import report

ROWS = 200_000


@pytest.fixture
def large(database: Database) -> Iterator[Archive]:
    if database.url is None:
        desk_store.fill_sqlite(database.folder, ROWS)
    else:
        desk_store.fill_postgres(database.url, ROWS)
    archive = open_archive(database.settings)
    yield archive
    archive.close()


def test_look_ups_over_many_chunks_and_what_comes_after(large: Archive) -> None:
    assert ROWS >> CHUNK >= 3
    for seq in (1, 65_535, 65_536, 131_072, ROWS):
        row = large.by_seq(1, seq)
        assert row is not None
        assert row.judged is not None
        assert seq in [found.seq for found in large.of_case(1, desk_store.case_of(seq)).rows]
        assert large.of_customer(1, desk_store.customer_of(seq)).rows[0].seq == seq
        assert large.with_receipt(desk_store.receipt_of(seq)) == row
        assert large.by_id(1, row.id) == row
        assert large.newest(1, before=seq + 1, limit=1).rows == (row,)
        assert large.newest(1, fault=f"fault-{seq % 116}", before=seq + 1, limit=1).rows == (row,)
    assert large.of_case(1, "NOBODYS0").rows == large.of_customer(1, 10**9).rows == ()
    large.erase(1, customer=desk_store.customer_of(77))
    assert large.attach(1, 3, customer=desk_store.customer_of(150_000))
    assert [row.seq for row in large.of_customer(1, desk_store.customer_of(150_000), limit=1).rows] == [150_000]
    assert [row.seq for row in large.of_customer(1, desk_store.customer_of(150_000), before=150_000).rows] == [3]

    assert large.statistics().last == ROWS
    newest = large.newest(1, limit=1).rows[0]
    later = [report(received=newest.received, customer=7 * 10**9) for _ in range(300)]
    assert large.commit(later)[-1] == Accepted(Taken.NEW, ROWS + 300)
    assert {a.taken for a in large.commit(later)} == {Taken.SAME}
    assert len(large.of_customer(1, 7 * 10**9, limit=999).rows) == 300
    assert large.statistics().parts == 1


def test_the_benchmark_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its shortest form; what it measures on a busy machine is nothing to assert."""
    monkeypatch.setattr(desk_store, "ROUNDS", 1)
    monkeypatch.setattr("sys.argv", ["desk_store", "--quick", "--rows", "2000", "--only", "sqlite"])
    assert desk_store.main() in (0, 1)
    assert "T6 SQLite: at 2,000 rows / empty" in capsys.readouterr().out
