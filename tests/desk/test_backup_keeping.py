"""What is kept goes when its time is over, goes at once when a customer asks, and leaves only as a harmless table."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from cpe_agent.commands.desk import desk as command
from cpe_agent.desk.archive import Judged, Row
from cpe_agent.desk.keeping.erasing import erase_customer, erase_report
from cpe_agent.desk.keeping.export import HEAD, customer_json, reports_csv
from cpe_agent.desk.keeping.proving import prove
from cpe_agent.desk.keeping.retention import purge
from cpe_agent.desk.keeping.table import cell, lines
from cpe_agent.desk.people import tickets
from cpe_agent.desk.records.tables import case_, customer, entry, ticket
from tests.desk.conftest import Database
from tests.desk.parts import NOW, Parts, opened

DAY = 86400.0
CANARIES = ("541234567", "98765432", "Dana Cohen")


@pytest.fixture
def desk(database: Database) -> Iterator[Parts]:
    with opened(database) as parts:
        yield parts


def add_entry(desk: Parts, code: str, text: str, at: float = NOW) -> None:
    with desk.records.write() as connection:
        number = connection.execute(select(case_.c.id).where(case_.c.code == code)).scalar_one()
        connection.execute(insert(entry).values(tenant=desk.here, case=number, at=at, kind="note", text=text))


def texts(desk: Parts) -> list[str | None]:
    with desk.records.read() as connection:
        return list(connection.execute(select(entry.c.text).order_by(entry.c.id)).scalars())


def content(desk: Parts, row: Row) -> bytes | None:
    found = desk.archive.by_seq(row.tenant, row.seq)
    return None if found is None else desk.desk.content(found)


class TestErasing:
    def test_everything_that_says_who_he_is_is_gone_and_the_others_stay(self, desk: Parts) -> None:
        his = desk.customers.known(desk.here, number="98765432", telephone="0541234567", name="Dana Cohen")
        hers = desk.customers.known(desk.here, number="2", telephone="0541234567")
        theirs = desk.customers.known(desk.there, telephone="+972541234567")
        mine = [desk.report(desk.here, body=b"{}", customer=his) for _ in range(3)]
        given = desk.report(desk.here, body=b"[1]")
        desk.archive.attach(desk.here, given.seq, customer=his)
        others = [desk.report(desk.here, customer=hers), desk.report(desk.here), desk.report(desk.there)]
        code = desk.case(desk.here, "4F7K2Q9", "Dana Cohen", his)
        other = desk.case(desk.here, "4F7K2Q8", "Levi", hers)
        for one in (code, other):
            add_entry(desk, one, "called from 0541234567")
        with desk.records.write() as connection:
            for number in (his, hers):
                tickets.add(connection, NOW, desk.here, expires=NOW + DAY, customer_id=number)

        assert erase_customer(desk.desk, desk.here, his, "person:1", "asked for it")

        assert [content(desk, row) for row in (*mine, given)] == [None] * 4
        assert [content(desk, row) for row in others] == [b"{}"] * 3
        assert desk.customers.reveal(desk.here, his) == (None, None, None, False)
        found = desk.customers.get(desk.here, his)
        assert found is not None
        assert found.erased == NOW
        assert [one.id for one in desk.customers.with_telephone(desk.here, "+972541234567")] == [hers]
        assert [one.id for one in desk.customers.with_telephone(desk.there, "+972541234567")] == [theirs]
        assert texts(desk) == [None, "called from 0541234567"]
        with desk.records.read() as connection:
            assert list(connection.execute(select(case_.c.name).order_by(case_.c.id)).scalars()) == [None, "Levi"]
            assert list(connection.execute(select(ticket.c.revoked).order_by(ticket.c.id)).scalars()) == [NOW, None]
            last = desk.audit.page(connection, desk.here)[0]
        assert (last.who, last.what, last.subject, last.reason) == (
            "person:1", "erased", f"customer:{his}", "asked for it",
        )  # fmt: skip
        assert prove(desk.desk).whole, "what was erased on purpose is not missing"
        assert prove(desk.desk).reports.gone == 4

    def test_another_tenant_s_customer_is_none(self, desk: Parts) -> None:
        theirs = desk.customers.known(desk.there, number="1")
        row = desk.report(desk.there, customer=theirs)
        assert not erase_customer(desk.desk, desk.here, theirs, "person:1", "")
        assert not erase_report(desk.desk, desk.here, row.seq, "person:1", "")
        assert content(desk, row) == b"{}"

    def test_it_may_be_repeated_and_finishes_what_a_power_cut_left(self, desk: Parts) -> None:
        his = desk.customers.known(desk.here, telephone="0541234567")
        row = desk.report(desk.here, customer=his)
        desk.vault.erase_customer(desk.here, his, NOW)  # and then the power went
        assert desk.customers.with_telephone(desk.here, "+972541234567")
        proven = prove(desk.desk)
        assert (proven.whole, proven.customers) == (True, 1)
        assert not desk.customers.with_telephone(desk.here, "+972541234567")
        assert desk.archive.body(row) is None
        assert erase_customer(desk.desk, desk.here, his, "person:1", "once more")

    def test_one_report_of_nobody(self, desk: Parts) -> None:
        one, other = desk.report(desk.here), desk.report(desk.here)
        assert erase_report(desk.desk, desk.here, one.seq, "person:1", "asked for it")
        assert [content(desk, row) for row in (one, other)] == [None, b"{}"]


class TestPurging:
    def test_contents_go_after_ninety_days_and_what_was_found_after_thirteen_months(self, desk: Parts) -> None:
        ages = [430 * DAY, 120 * DAY, 91 * DAY, 89 * DAY, 0]
        his = desk.customers.known(desk.here, number="1")
        rows = [desk.report(desk.here, received=NOW - age, customer=his, judged=Judged(0)) for age in ages[:3]]
        rows += [desk.report(desk.here, received=NOW - age, judged=Judged(0)) for age in ages[3:]]
        done = purge(desk.desk)
        assert (done.bodies, done.months) == (3, 1)
        assert [content(desk, row) for row in rows] == [None, None, None, b"{}", b"{}"]
        there = [desk.archive.by_seq(desk.here, row.seq) is not None for row in rows]
        assert there == [False, True, True, True, True]
        assert prove(desk.desk).whole
        again = purge(desk.desk)
        assert again == again._replace(bodies=0, months=0, keys=0, sessions=0, notes=0, customers=0)

    def test_a_past_month_s_key_goes_so_that_old_backups_end_too(self, desk: Parts) -> None:
        old = desk.report(desk.here, received=NOW - 130 * DAY)
        new = desk.report(desk.here)
        sealed = desk.archive.body(old)
        assert sealed is not None
        assert purge(desk.desk).keys == 1
        assert desk.vault.erased(sealed)
        assert content(desk, new) == b"{}"

    def test_notes_and_names_of_old_cases(self, desk: Parts) -> None:
        old, open_, new = (desk.case(desk.here, f"4F7K2Q{n}", f"Cohen {n}") for n in range(3))
        with desk.records.write() as connection:
            for code, opened_at, closed in ((old, 500, 420), (open_, 420, None), (new, 420, 10)):
                connection.execute(
                    case_.update().where(case_.c.code == code).values(
                        opened=NOW - opened_at * DAY, closed=None if closed is None else NOW - closed * DAY
                    )
                )  # fmt: skip
        for code in (old, open_, new):
            add_entry(desk, code, "called", NOW - 420 * DAY)
        assert purge(desk.desk).notes == 2
        assert texts(desk) == [None, None, "called"]
        assert [hit.case.code for hit in desk.finder.find(desk.person(), "cohen").hits if hit.case] == [new]

    def test_customers_of_whom_nothing_is_left(self, desk: Parts) -> None:
        desk.now = NOW - 500 * DAY
        names = ("nothing", "report", "case", "ticket")
        made = {name: desk.customers.known(desk.here, number=f"1{n}") for n, name in enumerate(names)}
        desk.now = NOW
        made["new"] = desk.customers.known(desk.here, number="20")
        desk.report(desk.here, customer=made["report"])
        desk.case(desk.here, "4F7K2Q9", None, made["case"])
        with desk.records.write() as connection:
            tickets.add(connection, NOW, desk.here, expires=NOW + DAY, customer_id=made["ticket"])
            tickets.add(connection, NOW, desk.here, expires=NOW - DAY, customer_id=made["nothing"])
        assert purge(desk.desk).customers == 1
        with desk.records.read() as connection:
            gone = connection.execute(select(customer.c.id).where(customer.c.erased.is_not(None))).scalars()
            assert list(gone) == [made["nothing"]]


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1",
    "\x00=1",
    '=HYPERLINK("http://x")',
]


class TestTheTable:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_no_cell_is_a_formula(self, text: str) -> None:
        assert cell(text).startswith("'")

    @given(st.text(max_size=30))
    def test_no_text_is_a_formula_or_moves_a_terminal(self, text: str) -> None:
        shown = cell(text)
        assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
        assert not any(c < " " or "\x7f" <= c <= "\x9f" for c in shown)

    @given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=4))
    def test_every_reader_reads_it(self, rows: list[list[str]]) -> None:
        read = list(csv.reader(io.StringIO("".join(lines(("a", "b"), rows)), newline="")))
        assert read == [["a", "b"], *([cell(c) for c in row] for row in rows)]

    def test_numbers_stay_numbers(self) -> None:
        assert [cell(value) for value in (-1, 2.5, True, None, "-1")] == ["-1", "2.5", "yes", "", "'-1"]


class TestExport:
    def test_the_reports_of_one_tenant_as_a_table(self, desk: Parts) -> None:
        his = desk.customers.known(desk.here, telephone="0541234567")
        found = Judged(0, verdict="fault", fault="=1+1", claimed="@x", owner="access", started=NOW)
        first = desk.report(desk.here, customer=his, case="4F7K2Q9X", judged=found, received=NOW - 3 * DAY)
        second = desk.report(desk.here)
        desk.report(desk.there)
        read = list(csv.DictReader(io.StringIO("".join(reports_csv(desk.desk, desk.here, "person:1")), newline="")))
        assert [row["code"] for row in read] == [desk.locator.code(first.seq), desk.locator.code(second.seq)]
        assert list(read[0]) == list(HEAD)
        assert (read[0]["fault"], read[0]["claimed"], read[0]["case"]) == ("'=1+1", "'@x", "4F7K2Q9X")
        assert (read[1]["verdict"], read[1]["verified"]) == ("", "no")
        late = "".join(reports_csv(desk.desk, desk.here, "person:1", since=NOW - DAY))
        assert desk.locator.code(first.seq) not in late
        assert desk.locator.code(second.seq) in late
        with desk.records.read() as connection:
            assert [(r.who, r.what, r.subject) for r in desk.audit.page(connection, desk.here)][:1] == [
                ("person:1", "exported", "reports")
            ]

    def test_it_is_in_the_audit_before_a_line_is_read(self, desk: Parts) -> None:
        reports_csv(desk.desk, desk.here, "person:1")
        with desk.records.read() as connection:
            assert desk.audit.page(connection, desk.here)[0].what == "exported"

    def test_everything_of_one_customer(self, desk: Parts) -> None:
        his = desk.customers.known(desk.here, number="98765432", telephone="0541234567", name="Dana Cohen")
        hers = desk.customers.known(desk.here, telephone="0541234568")
        bodies = [b'{"n":%d,"\xd7\x90":"\\u202e"}' % n for n in range(3)]
        for body in bodies:
            desk.report(desk.here, body=body, customer=his)
        desk.report(desk.here, body=b'{"hers":1}', customer=hers)
        code = desk.case(desk.here, "4F7K2Q9", "Dana Cohen", his)
        add_entry(desk, code, "restarted the router")
        add_entry(desk, desk.case(desk.here, "4F7K2Q8", "Levi", hers), "hers")
        pieces = customer_json(desk.desk, desk.here, his, "person:1", "he asked for it")
        assert pieces is not None
        whole = "".join(pieces)
        read: dict[str, Any] = json.loads(whole)
        assert read["customer"]["telephone"] == "+972541234567"
        assert (read["customer"]["number"], read["customer"]["name"]) == ("98765432", "Dana Cohen")
        assert [r["content"]["n"] for r in read["reports"]] == [2, 1, 0]
        assert all(body.decode() in whole for body in bodies), "byte for byte"
        assert [c["code"] for c in read["cases"]] == [code]
        assert [e["text"] for e in read["entries"]] == ["restarted the router"]
        assert [e["what"] for e in read["looked_at"]] == ["exported"]
        assert "hers" not in whole
        assert customer_json(desk.desk, desk.there, his, "person:1", "not theirs") is None

    def test_of_an_erased_one_nothing_is_left(self, desk: Parts) -> None:
        his = desk.customers.known(desk.here, number="98765432", telephone="0541234567", name="Dana Cohen")
        desk.report(desk.here, body=b'{"canary":"0541234567"}', customer=his)
        erase_customer(desk.desk, desk.here, his, "person:1", "asked for it")
        whole = "".join(customer_json(desk.desk, desk.here, his, "person:1", "he asked again") or ())
        assert json.loads(whole)["reports"][0]["content"] is None
        assert not any(canary in whole for canary in CANARIES)


class TestTheCommands:
    def run(self, folder: Path, *arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, "--data", str(folder)])

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        with opened(Database(tmp_path / "data", None)) as desk:
            his = desk.customers.known(desk.here, number="98765432", telephone="0541234567", name="Dana Cohen")
            desk.report(desk.here, body=b'{"his":1}', customer=his)
            desk.case(desk.here, "4F7K2Q9", "Dana Cohen", his)
        return tmp_path / "data"

    def test_export(self, folder: Path, tmp_path: Path) -> None:
        result = self.run(folder, "export")
        assert result.exit_code == 0, result.output
        assert result.output.startswith("code,id,received")
        assert len(result.output.splitlines()) == 2
        assert len(self.run(folder, "export", "--until", "2026-11-22").output.splitlines()) == 1
        assert self.run(folder, "export", "--since", "yesterday").exit_code == 2
        assert self.run(folder, "export", "--tenant", "nobody").exit_code == 2
        assert self.run(folder, "export", "--customer", "98765432").exit_code == 2, "a reason is needed"
        file = tmp_path / "his.json"
        for who in ("9876-5432", "054-123-4567", "+972541234567", "customer:1"):
            result = self.run(folder, "export", "--customer", who, "--reason", "asked", "--output", str(file))
            assert result.exit_code == 0, result.output
            assert json.loads(file.read_text())["customer"]["name"] == "Dana Cohen"
            assert file.stat().st_mode & 0o077 == 0
        assert self.run(folder, "export", "--customer", "777", "--reason", "asked").exit_code == 2
        assert self.run(folder, "export", "--output", str(tmp_path / "no" / "where")).exit_code == 4
        assert sorted(one.name for one in tmp_path.iterdir()) == ["data", "his.json"]

    def test_purge(self, folder: Path) -> None:
        result = self.run(folder, "purge", "--days", "1")
        assert result.exit_code == 0, result.output
        assert self.run(folder, "purge", "--days", "0").exit_code == 2

    def test_purge_erases_one_customer(self, folder: Path) -> None:
        assert self.run(folder, "purge", "--customer", "98765432").exit_code == 2, "a reason is needed"
        assert self.run(folder, "purge", "--customer", "777", "--reason", "asked").exit_code == 2
        result = self.run(folder, "purge", "--customer", "054-1234567", "--reason", "asked")
        assert result.exit_code == 0, result.output
        assert str(folder / "erased.list") in result.output
        assert self.run(folder, "purge", "--customer", "054-1234567", "--reason", "asked").exit_code == 2
        with opened(Database(folder, None)) as desk:
            with desk.records.read() as connection:
                last = desk.audit.page(connection, desk.here)[0]
            assert last.who.startswith("command:")
            assert (last.what, last.subject, last.reason) == ("erased", "customer:1", "asked")
            assert desk.desk.content(desk.archive.of_customer(desk.here, 1).rows[0]) is None

    def test_what_commands_and_searches_say_holds_no_personal_data(
        self, folder: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        said = [self.run(folder, name).output for name in ("reconcile", "purge", "export")]
        said.append(self.run(folder, "backup", str(folder.parent / "b"), "--keys", str(folder.parent / "k")).output)
        with opened(Database(folder, None)) as desk:
            for typed in ("0541234567", "98765432", "Dana Cohen", "054123456"):
                desk.finder.find(desk.person(), typed)
            erase_customer(desk.desk, desk.here, 1, "person:1", "asked")
        said.append(caplog.text)
        assert all(said[:4])
        for canary in CANARIES:
            assert not [text for text in said if canary in text]
