"""Every look-up goes by an index, on both engines, with a hundred thousand rows' worth of reasons not to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from cpe_agent.case_code import with_check
from cpe_agent.crockford import ALPHABET
from cpe_agent.desk.people.names import folded
from cpe_agent.desk.records.tables import case_, customer
from tests.desk.conftest import Database
from tests.desk.parts import NOW, Parts, opened

ROWS = 3000


@pytest.fixture(scope="module")
def codes() -> list[str]:
    digits = "".join(ALPHABET)
    return [with_check("4F" + "".join(digits[n >> shift & 31] for shift in (20, 15, 10, 5, 0))) for n in range(ROWS)]


@pytest.fixture
def desk(database: Database, codes: list[str]) -> Iterator[Parts]:
    with opened(database) as parts:
        with parts.records.write() as connection:
            for tenant in (parts.here, parts.there):
                connection.execute(
                    insert(customer),
                    [
                        {"tenant": tenant, "created": NOW, "phone_hash": os.urandom(32), "number_hash": os.urandom(32)}
                        for _ in range(ROWS)
                    ],
                )  # fmt: skip
            connection.execute(
                insert(case_),
                [
                    {"tenant": parts.here + n % 2, "code": code, "opened": NOW, "folded": folded(f"name {n * 7919}")}
                    for n, code in enumerate(codes)
                ],
            )  # fmt: skip
            connection.exec_driver_sql("ANALYZE")
        yield parts


def plan(connection: Connection, sqlite: bool, text: str, values: Any) -> str:
    told = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + text, values)
    return "\n".join(str(row[3] if sqlite else row[0]) for row in told)


def test_every_question_of_the_box_goes_by_an_index(desk: Parts, codes: list[str]) -> None:
    asked: dict[str, Any] = {}
    event.listen(
        desk.records.engine, "before_cursor_execute", lambda *args: asked.setdefault(str(args[2]), args[3])
    )  # fmt: skip
    for typed in ("0541234567", "K-12345", "name 79", codes[7], codes[8][:-1] + "0", "4F7K2Q9"):
        desk.finder.find(desk.person(), typed)
    looked = {text: values for text, values in asked.items() if "customer" in text or "case_" in text}
    assert len(looked) >= 4, "telephone, number, name, code"
    assert sum("IN (" in text for text in looked) >= 1, "codes one slip away"
    sqlite = desk.records.sqlite
    plans = {}
    with desk.records.read() as connection:
        for text, values in looked.items():
            if text.startswith("SELECT"):
                plans[text] = plan(connection, sqlite, text, values)
    for text, how in plans.items():
        if sqlite:
            assert "SCAN" not in how, (text, how)
            assert how.count("SEARCH") >= 1, (text, how)
        else:
            assert "Seq Scan" not in how, (text, how)
            assert "Index" in how, (text, how)


def test_keys_are_found_by_their_name_and_by_whose_they_are(desk: Parts, database: Database) -> None:
    asked = (
        ("SELECT id FROM {}key_ WHERE tenant = 1 AND subject = 'customer-1'", "subject"),
        ("SELECT id FROM {}key_ WHERE subject{c} >= 'month-' AND subject{c} < 'month-2026-01'", "key_subject"),
    )
    if database.url is None:
        import sqlite3
        from contextlib import closing

        from cpe_agent.desk.vault.keys import FILE

        with closing(sqlite3.connect(database.folder / FILE)) as db:
            for text, _ in asked:
                [(_, _, _, how)] = db.execute("EXPLAIN QUERY PLAN " + text.format("", c="")).fetchall()
                assert "SEARCH" in how
        return
    import psycopg

    with psycopg.connect(database.url) as db:
        db.execute("SET enable_seqscan = off")  # the table is small here: can the index be used at all?
        for text, name in asked:
            how = "\n".join(row[0] for row in db.execute("EXPLAIN " + text.format("keys.", c=' COLLATE "C"')))
            assert name in how, how
            assert "Index Cond" in how, how
