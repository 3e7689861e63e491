"""The audit's chain: whoever writes the database without the desk's secret is found."""

from __future__ import annotations

import ast
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cpe_agent import desk as desk_package
from cpe_agent.desk.people.audit import Audit, Trouble
from cpe_agent.desk.records.store import Records, records_url
from cpe_agent.desk.secret import Secret
from cpe_agent.words import table
from tests.desk.conftest import Database
from tests.desk.people_home import NOW, SECRET, Home, home_on


@pytest.fixture
def home(database: Database) -> Any:
    with home_on(database) as opened:
        with opened.records.write() as connection:
            for n in range(1, 11):
                opened.people.audit.note(
                    connection, NOW + n / 3, opened.one, "person:7", "looked", f"customer:{n}", "שלום"
                )
            opened.people.audit.note(connection, NOW, opened.two, "person:8", "looked", "customer:99")
        yield opened


def verified(home: Home, audit: Audit | None = None, tenant: int | None = None) -> Trouble | None:
    with home.records.read() as connection:
        return (audit or home.people.audit).verify(connection, tenant or home.one)


def tamper(home: Home, *statements: str) -> None:
    with home.records.write() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":one", str(home.one)).replace(":two", str(home.two))))


def test_an_untouched_chain_holds(home: Home) -> None:
    assert verified(home) is None
    assert verified(home, tenant=home.two) is None
    with home.records.read() as connection:
        rows = home.people.audit.page(connection, home.one, limit=4)
        assert [row.seq for row in rows] == [10, 9, 8, 7]
        assert [row.seq for row in home.people.audit.page(connection, home.one, before=3)] == [2, 1]
        assert rows[0].at == NOW + 10 / 3
        assert rows[0].reason == "שלום"
        count, last = home.people.audit.end(connection, home.one)
        assert count == 10
        assert len(last) == 64


@pytest.mark.parametrize("column", ["at", "who", "what", "subject", "reason", "previous", "hash"])
def test_a_changed_field_is_found(home: Home, column: str) -> None:
    changed = {"at": "at + 1", "previous": "hash", "hash": "previous"}.get(column, f"{column} || ' '")
    tamper(home, f"UPDATE audit SET {column} = {changed} WHERE tenant = :one AND seq = 6")
    assert verified(home) == Trouble(6, "changed")


@pytest.mark.parametrize(
    ("statements", "trouble"),
    [
        (["DELETE FROM audit WHERE tenant = :one AND seq = 4"], Trouble(4, "missing")),
        (["DELETE FROM audit WHERE tenant = :one AND seq = 1"], Trouble(1, "missing")),
        (["DELETE FROM audit WHERE tenant = :one AND seq = 10"], Trouble(10, "missing")),
        (["DELETE FROM audit WHERE tenant = :one AND seq >= 6"], Trouble(6, "missing")),
        (["DELETE FROM audit WHERE tenant = :one"], Trouble(1, "missing")),
        (
            ["DELETE FROM audit WHERE tenant = :one AND seq = 10",
             "UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit WHERE tenant = :one AND seq = 9) "
             "WHERE tenant = :one"],
            Trouble(9, "end"),
        ),
        (
            ["DELETE FROM audit WHERE tenant = :one AND seq = 4",
             "UPDATE audit SET seq = seq - 100 WHERE tenant = :one AND seq > 4",
             "UPDATE audit SET seq = seq + 99 WHERE tenant = :one AND seq < 0"],
            Trouble(4, "changed"),
        ),
        (
            ["UPDATE audit SET seq = 100 WHERE tenant = :one AND seq = 4",
             "UPDATE audit SET seq = 4 WHERE tenant = :one AND seq = 5",
             "UPDATE audit SET seq = 5 WHERE tenant = :one AND seq = 100"],
            Trouble(4, "changed"),
        ),
        (["INSERT INTO audit SELECT tenant, 11, at, who, what, subject, reason, hash, hash FROM audit "
          "WHERE tenant = :one AND seq = 10"], Trouble(11, "changed")),
        (["INSERT INTO audit SELECT tenant, 0, at, who, what, subject, reason, previous, hash FROM audit "
          "WHERE tenant = :one AND seq = 1"], Trouble(1, "missing")),
        (["DELETE FROM audit_head WHERE tenant = :one"], Trouble(10, "end")),
        (["UPDATE audit_head SET seal = hash WHERE tenant = :one"], Trouble(10, "end")),
        (["DELETE FROM audit WHERE tenant = :one",
          "UPDATE audit SET tenant = :one WHERE tenant = :two"], Trouble(1, "changed")),
    ],
    ids=["middle gone", "first gone", "last gone", "tail gone", "all gone", "end moved back", "closed up", "swapped",
         "added", "added before", "no end", "false seal", "another company's"],
)  # fmt: skip
def test_a_removed_moved_or_added_row_is_found(home: Home, statements: list[str], trouble: Trouble) -> None:
    tamper(home, *statements)
    assert verified(home) == trouble
    others = "another" in str(statements) or ":two" in str(statements)
    assert others or verified(home, tenant=home.two) is None


def test_who_has_another_secret_cannot_write_a_row_that_fits(home: Home) -> None:
    forger = Audit(Secret(b"?" * 32))
    with home.records.write() as connection:
        forger.note(connection, NOW, home.one, "person:7", "looked", "customer:1")
    assert verified(home) == Trouble(11, "changed")
    assert verified(home, forger) == Trouble(1, "changed")


def test_what_was_put_in_comes_out_the_same(home: Home) -> None:
    """Times and texts go through the database and back into the hash: none may be rounded or folded there."""
    with home.records.write() as connection:
        for n, reason in enumerate(
            ["", " ", "é", "e\u0301", "\u202e", "𐍈" * 300, "a\0b", "'--", "x" * 5000, "\ud800", "\ufffd"]
        ):
            home.people.audit.note(connection, NOW + n * 0.1 + 1e-7, home.one, "command:root", "tried", "", reason)
    assert verified(home) is None


def test_many_writers_keep_one_chain(home: Home) -> None:
    """In this process and, by an engine of its own, in another."""
    other = Records(records_url(home.database.folder, home.database.url))
    trouble: list[BaseException] = []

    def write(records: Records, who: str) -> None:
        try:
            for n in range(10):
                with records.write() as connection:
                    Audit(SECRET).note(connection, NOW, home.one, who, "wrote", str(n))
        except BaseException as error:
            trouble.append(error)

    threads = [threading.Thread(target=write, args=((home.records, other)[n % 2], f"person:{n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert not trouble
    assert verified(home) is None
    with home.records.read() as connection:
        assert home.people.audit.end(connection, home.one)[0] == 70


def test_what_is_rolled_back_is_in_no_chain(home: Home) -> None:
    def half() -> None:
        with home.records.write() as connection:
            home.people.audit.note(connection, NOW, home.one, "person:7", "half")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert verified(home) is None
    assert "half" not in [what for _, what, _ in home.audited()]


def test_a_chain_is_checked_while_it_grows(home: Home) -> None:
    """A row that comes while the chain is read is no row that somebody added."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            with home.records.write() as connection:
                home.people.audit.note(connection, NOW, home.one, "person:7", "looked")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert [verified(home) for _ in range(20)] == [None] * 20
    finally:
        done.set()
        writer.join()


def test_whatever_is_recorded_has_words() -> None:
    found = set()
    for file in Path(desk_package.__path__[0]).rglob("*.py"):
        tree = ast.parse(file.read_text())
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("audit.note"):
                what = call.args[4]
                found.add(constants[what.id] if isinstance(what, ast.Name) else ast.literal_eval(what))
    assert len(found) > 25
    assert found == {key.removeprefix("did.") for key in table("desk_people", "PHRASES") if key.startswith("did.")}
