"""No question reads a whole table or sorts one, with statistics loaded, on either engine: the plans are read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cpe_agent.desk.archive import Archive, Judged
from cpe_agent.desk.archive.postgres import _READS as POSTGRES
from cpe_agent.desk.archive.postgres import PostgresArchive
from cpe_agent.desk.archive.queries import QUERIES
from cpe_agent.desk.archive.sqlite import SqliteArchive
from cpe_agent.desk.archive.sqlite_file import _READS as SQLITE
from tests.desk import postgres
from tests.desk.incoming import DAY, NOVEMBER, report

VALUES: dict[str, Any] = {
    "seq": 77, "tenant": 1, "key": 5, "before": 1 << 62, "limit": 51, "loose": 1, "fault": "cable-out", "match": 17,
    "since": NOVEMBER, "until": NOVEMBER + DAY, "receipt": 4711, "first": 100, "last": 900, "id": b"\x01" * 16,
}  # fmt: skip


def fill(archive: Archive) -> None:
    for month in range(3):
        archive.commit(
            [report(received=NOVEMBER + month * 31 * DAY, tenant=1 + n % 3, ticket=(None, 1)[n % 2],
                    case=f"{n % 900:08}", customer=n % 700) for n in range(1500)]
        )  # fmt: skip
    archive.put_judged(
        [Judged(n, "fault", ("cable-out", "wan-dark")[n % 2], match=n % 952, receipt=n * 7, agrees=(True, None)[n % 2])
         for n in range(1, 4001)]
    )  # fmt: skip


def values_of(name: str) -> dict[str, Any]:
    return VALUES | {"key": "00000005"} if name == "of_case" else VALUES


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans")
    archive = SqliteArchive(folder)
    fill(archive)
    for part in archive.parts():
        with part.writing() as db:
            db.execute("ANALYZE")
    archive.close()
    return folder


@pytest.fixture(scope="module")
def server_archive(postgres_server: postgres.Server) -> Any:
    url = postgres_server.create()
    archive = PostgresArchive(url)
    fill(archive)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("ANALYZE")
    yield archive
    archive.close()
    postgres_server.drop(url)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_sqlite(files: Path, name: str) -> None:
    archive = SqliteArchive(files)
    [*_, part] = archive.parts()
    with part.reading() as db:
        steps = [r[3] for r in db.execute(f"EXPLAIN QUERY PLAN {SQLITE[name]}", values_of(name))]
    archive.close()
    assert not [step for step in steps if "TEMP B-TREE" in step], steps
    # A chunk is 65,536 rows: walking the list of them is the look-up. A queue is read from its beginning, and p is what
    # was picked, no more than asked for.
    assert {step for step in steps if step.startswith("SCAN")} <= {"SCAN c", "SCAN p", "SCAN todo", "SCAN later"}, steps
    assert not [step for step in steps if "ANY(" in step], f"a skip-scan: {steps}"
    if name in ("of_case", "of_customer", "with_receipt"):
        assert any("chunk=? AND" in step for step in steps), steps


def every(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(inner for child in plan.get("Plans", ()) for inner in every(child))]


@pytest.mark.parametrize("name", sorted(POSTGRES))
def test_postgres(server_archive: PostgresArchive, name: str) -> None:
    def explained(db: psycopg.Connection[Any]) -> Any:
        return db.execute(f"EXPLAIN (FORMAT JSON) {POSTGRES[name]}", values_of(name)).fetchone()

    found = server_archive._with(explained)
    nodes = every((found[0] if isinstance(found[0], list) else json.loads(found[0]))[0]["Plan"])
    kinds = [(node["Node Type"], node.get("Relation Name", "")) for node in nodes]
    # Sorted is what one chunk gave (Incremental Sort: the chunks come in order), never a table.
    assert not [kind for kind in kinds if kind[0] in ("Seq Scan", "Sort", "Hash Join", "Bitmap Heap Scan")], kinds
    for node in nodes:
        relation = re.sub(r"_\d{4}_\d\d$", "", node.get("Relation Name", ""))
        if relation in ("report", "judged", "body", "known"):
            assert "Index Cond" in node, json.dumps(nodes[0], indent=1)
            # What an index found is thrown away only for another tenant's one row, or another month's partition.
            tolerated = name in ("by_seq", "by_id") or re.fullmatch(r"\(\w+\.month = month\)", node.get("Filter", ""))
            assert "Filter" not in node or tolerated, json.dumps(node, indent=1)


def test_every_question_is_read(files: Path) -> None:
    """The test of the test: a question without an index is found out."""
    archive = SqliteArchive(files)
    with archive.parts()[0].reading() as db:
        steps = [r[3] for r in db.execute("EXPLAIN QUERY PLAN SELECT * FROM report WHERE kept = 'x' ORDER BY size")]
    archive.close()
    assert any(step.startswith("SCAN report") for step in steps)
    assert any("TEMP B-TREE" in step for step in steps)
