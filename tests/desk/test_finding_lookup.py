"""One box: everything that a representative may have of a customer leads to him, and nothing leads to another's."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cpe_agent.case_code import with_check
from cpe_agent.deliver.receipt import read_receipt_code
from cpe_agent.deliver.spoken_code import encode, match_of
from cpe_agent.desk.archive import Judged
from cpe_agent.desk.customers import BadValue
from cpe_agent.desk.finding.found import Found
from cpe_agent.desk.finding.lookup import MISSES_A_MINUTE
from cpe_agent.desk.finding.readings import What
from cpe_agent.desk.people.audit import Row as AuditRow
from cpe_agent.desk.people.roles import Role
from cpe_agent.diagnose.catalogue import BY_NUMBER
from cpe_agent.report import uuid7
from tests.desk.conftest import Database
from tests.desk.parts import NOW, Parts, opened

RECEIPT = "4F7K-2Q9X-0ABC"
SEGMENTS = {"device": "ok", "home": "ok", "cpe": "ok", "access": "broken"}


@pytest.fixture
def desk(database: Database) -> Iterator[Parts]:
    with opened(database) as parts:
        yield parts


def audited(desk: Parts, tenant: int | None = None) -> list[AuditRow]:
    with desk.records.read() as connection:
        return [r for r in desk.audit.page(connection, tenant or desk.here) if r.what == "searched"]


class TestReports:
    def test_by_each_of_its_names(self, desk: Parts) -> None:
        row = desk.report(desk.here, report_id=(an_id := uuid7()), receipt=RECEIPT)
        code = desk.locator.code(row.seq)
        for what, texts in {
            What.REPORT_ID: [an_id, an_id.upper(), an_id.replace("-", ""), f"  {an_id}\n"],
            What.LOCATOR: [code, code.lower(), code.replace("-", ""), code.replace("-", " ")],
            What.RECEIPT: [RECEIPT, RECEIPT.lower(), "4F7K 2Q9X OABC", "4f7k2q9xoabc"],
        }.items():
            for typed in texts:
                hit = desk.finder.find(desk.person(), typed).one
                assert hit is not None, typed
                assert hit.row is not None
                assert (hit.what, hit.row.seq, hit.corrected) == (what, row.seq, False)

    def test_one_character_off_is_asked_about_and_not_opened(self, desk: Parts) -> None:
        row = desk.report(desk.here, receipt=RECEIPT)
        code = desk.locator.code(row.seq)
        slips = (
            _changed(code, 3), _changed(code, 8), code[:-1], code[:2] + code[3:], code + "7",
            _swapped(code.replace("-", "")), "4F7K-2Q9X-0ABD", "4F7K-2Q9X-0BAC", "4F7K-2Q9X-0AB", "4F7K-2Q9X-0ABC0",
        )  # fmt: skip
        for number, typed in enumerate(slips):
            found = desk.finder.find(desk.person(number=number), typed)
            assert not found.hits, typed
            assert [(near.row.seq, near.corrected) for near in found.near if near.row] == [(row.seq, True)], typed


def _changed(code: str, at: int) -> str:
    return code[:at] + ("7" if code[at] != "7" else "8") + code[at + 1 :]


def _swapped(code: str) -> str:
    at = next(i for i in range(len(code) - 1) if code[i] != code[i + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


class TestCases:
    def test_by_code_file_name_and_own_name(self, desk: Parts) -> None:
        code = desk.case(desk.here, "4F7K2Q9", "Cohen, third floor")
        for typed in (code, code.lower(), f"{code[:4]}-{code[4:]}", f"cpe-agent-{code} (1).exe"):
            hit = desk.finder.find(desk.person(), typed).one
            assert hit is not None, typed
            assert hit.case is not None
            assert (hit.what, hit.case.code) == (What.CASE, code)
        for typed in ("Cohen, third floor", "cohen", "  COHEN,  third", "co"):
            hit = desk.finder.find(desk.person(), typed).one
            assert hit is not None, typed
            assert hit.what is What.NAME
        for typed in ("ohen", "Cohen, third floor left", "c%"):
            assert not desk.finder.find(desk.person(), typed).hits

    def test_names_that_begin_alike_are_a_choice(self, desk: Parts) -> None:
        codes = [desk.case(desk.here, f"4F7K2Q{n}", f"לוי {n}") for n in range(3)]
        desk.case(desk.there, "4F7K2QA", "לוי 9")
        found = desk.finder.find(desk.person(), "לוי")
        assert found.one is None
        assert [hit.case.code for hit in found.hits if hit.case] == codes

    def test_did_you_mean(self, desk: Parts) -> None:
        code = desk.case(desk.here, "4F7K2Q9")
        for typed in (_changed(code, 2), _swapped(code), code[:-1], code[1:], code + "A"):
            found = desk.finder.find(desk.person(), typed)
            assert not found.hits, typed
            assert [near.case.code for near in found.near if near.case] == [code], typed


class TestCustomers:
    def test_telephone_in_any_spelling(self, desk: Parts) -> None:
        customer = desk.customers.known(desk.here, telephone="054-123-4567")
        for typed in ("0541234567", "+972 54 123 4567", "00972-54/123.4567", "(054) 1234567", "٠٥٤١٢٣٤٥٦٧"):
            hit = desk.finder.find(desk.person(), typed).one
            assert hit is not None, typed
            assert hit.customer is not None
            assert (hit.what, hit.customer.id) == (What.TELEPHONE, customer)

    def test_customer_number(self, desk: Parts) -> None:
        customer = desk.customers.known(desk.here, number="K-12 345/6")
        for typed in ("K123456", "k 123456", "K-12 345/6"):
            hit = desk.finder.find(desk.person(), typed).one
            assert hit is not None, typed
            assert hit.customer is not None
            assert (hit.what, hit.customer.id) == (What.NUMBER, customer)

    def test_a_household_is_a_choice_and_one_customer_is_found_once(self, desk: Parts) -> None:
        first = desk.customers.known(desk.here, number="0541234567", telephone="0541234567")
        second = desk.customers.known(desk.here, number="2", telephone="0541234567")
        hits = desk.finder.find(desk.person(), "0541234567").hits
        assert [hit.customer.id for hit in hits if hit.customer] == [second, first]

    def test_each_tenant_types_its_own_country_s_numbers(self, desk: Parts) -> None:
        there = desk.customers.known(desk.there, telephone="020 7946 0958")
        hit = desk.finder.find(desk.person(tenant=desk.there), "(020) 79460958").one
        assert hit is not None
        assert hit.customer is not None
        assert hit.customer.id == there

    def test_who_may_not_search_by_personal_data_finds_nobody_and_is_told_so(self, desk: Parts) -> None:
        desk.customers.known(desk.here, telephone="0541234567")
        centre = desk.person(Role.NETWORK_CENTRE)
        for typed in ("0541234567", "0541234568"):
            found = desk.finder.find(centre, typed)
            assert (found.hits, found.near, found.withheld) == ((), (), True)
        assert not audited(desk)

    def test_searches_by_personal_data_are_in_the_audit_without_the_data(self, desk: Parts) -> None:
        customer = desk.customers.known(desk.here, telephone="0541234567")
        case = desk.case(desk.here, "4F7K2Q9", "Cohen")
        person = desk.person()
        desk.finder.find(person, "054-1234567")
        assert [(r.who, r.subject) for r in audited(desk)] == [("person:1", f"customer:{customer}")]
        desk.finder.find(person, "054-1234568")
        assert audited(desk)[0].subject == "nobody"
        for typed in (case, "Cohen", "nobody of this name"):
            desk.finder.find(person, typed)
        assert len(audited(desk)) == 2, "these were no searches by personal data"
        assert not any("541234" in f"{row}" for row in audited(desk))
        with desk.records.read() as connection:
            assert desk.audit.verify(connection, desk.here) is None


class TestSpokenCodes:
    FAULT = next(number for number, fault in BY_NUMBER.items() if fault.code == "access-no-pado")

    def code(self, report_id: str, age: float = 0, fault: int | None = None) -> str:
        return encode("fault", fault or self.FAULT, "direct", SEGMENTS, report_id, age)

    def judged(self, report_id: str, age_s: float, fault: str = "access-no-pado") -> Judged:
        return Judged(0, verdict="fault", fault=fault, claimed=fault, match=match_of(report_id), started=NOW - age_s)

    def test_a_code_alone_opens_a_card(self, desk: Parts) -> None:
        code = self.code(uuid7(), 12)
        for typed in (code, code.replace(" ", ""), code.replace(" ", "-") + "#"):
            hit = desk.finder.find(desk.person(), typed).one
            assert hit is not None
            assert hit.spoken is not None
            assert (hit.what, hit.read, hit.corrected, hit.may_be) == (What.SPOKEN, code, False, ())
            assert (hit.spoken.fault_number, hit.spoken.age_minutes) == (self.FAULT, 10)

    def test_what_was_corrected_is_said(self, desk: Parts) -> None:
        code = self.code(uuid7())
        for typed in (_changed(code, 5), _swapped(code.replace(" ", "")), code[:4] + "?" + code[5:-1] + "?"):
            hit = desk.finder.find(desk.person(), typed).one
            assert hit is not None, typed
            assert (hit.corrected, hit.read) == (True, code)
            assert hit.typed == typed.replace(" ", "")
            assert hit.spoken is not None
            assert hit.spoken.fault_number == self.FAULT

    def test_a_digit_dropped_or_said_twice(self, desk: Parts) -> None:
        # One id for all runs: of some codes what is left is a telephone number too, as 00972 and nine digits are.
        code = self.code("01890a5d-ac96-774b-bcce-b302099a8057").replace(" ", "")
        for typed in (code[:7] + code[8:], code[:7] + code[7] + code[7:]):
            found = desk.finder.find(desk.person(), typed)
            assert not found.hits
            assert (found.problem, found.digits) == ("spoken.length", len(typed))
            assert code in [near.read.replace(" ", "") for near in found.near]

    @pytest.mark.parametrize(
        ("typed", "problem"),
        [("??? 456 789 012 345", "spoken.too-many"), ("1?3 456 789 012 345", "spoken.besides"),
         ("12? 45", "spoken.length"), ("123 456 789 012 34", "spoken.length")],
    )  # fmt: skip
    def test_why_a_code_cannot_be_read(self, desk: Parts, typed: str, problem: str) -> None:
        assert desk.finder.find(desk.person(), typed).problem == problem

    def test_the_reports_that_may_be_of_it_the_likeliest_first(self, desk: Parts) -> None:
        mine = uuid7()
        same_match = [_with_match(match_of(mine)) for _ in range(4)]
        rows = {
            "old": desk.report(desk.here, report_id=same_match[0], judged=self.judged(same_match[0], 6 * 3600)),
            "mine": desk.report(desk.here, report_id=mine, judged=self.judged(mine, 12 * 60)),
            "another fault": desk.report(
                desk.here, report_id=same_match[1], judged=self.judged(same_match[1], 12 * 60, "dns-down")
            ),
            "last week": desk.report(
                desk.here, report_id=same_match[2], received=NOW - 7 * 86400, judged=self.judged(same_match[2], 7e5)
            ),
            "theirs": desk.report(desk.there, report_id=same_match[3], judged=self.judged(same_match[3], 12 * 60)),
        }
        hit = desk.finder.find(desk.person(), self.code(mine, 12)).one
        assert hit is not None
        assert [row.seq for row in hit.may_be] == [rows["mine"].seq, rows["old"].seq]

    def test_a_customer_number_of_fifteen_digits_is_a_choice_beside_what_a_correction_makes_of_it(
        self, desk: Parts
    ) -> None:
        damaged = _changed(self.code(uuid7()).replace(" ", ""), 5)
        customer = desk.customers.known(desk.here, number=damaged)
        first, second = desk.finder.find(desk.person(), damaged).hits
        assert first.customer is not None
        assert first.customer.id == customer
        assert second.spoken is not None


def _with_match(match: int) -> str:
    while match_of(found := uuid7()) != match:
        pass
    return found


class TestNotYours:
    """What another tenant has is asked for with the same queries and gets the same answer as what is nowhere."""

    def test_the_same_answer(self, desk: Parts) -> None:
        theirs = desk.report(desk.there, report_id=(an_id := uuid7()), receipt=RECEIPT)
        case = desk.case(desk.there, "4F7K2Q9", "Cohen")
        desk.customers.known(desk.there, number="777", telephone="+972541234567")
        for typed in (an_id, desk.locator.code(theirs.seq), RECEIPT, case, "Cohen", "777", "+972541234567"):
            found = desk.finder.find(desk.person(number=len(typed)), typed)
            assert found == Found(found.text), typed
            assert desk.finder.find(desk.person(tenant=desk.there), typed).hits, typed

    def test_the_same_questions(self, desk: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        """Time is not measured here: what is asked of the archive and the records is."""
        from sqlalchemy import event

        theirs = desk.case(desk.there, "4F7K2Q9")
        nowhere = with_check("5G8M3R0")
        asked: list[str] = []
        event.listen(desk.records.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        questions = []
        for code in (theirs, nowhere):
            asked.clear()
            desk.finder.find(desk.person(), code)
            questions.append([text for text in asked if "audit" not in text])
        assert questions[0] == questions[1]
        assert len(questions[0]) >= 4


class TestGuessing:
    def test_ten_misses_a_minute(self, desk: Parts) -> None:
        desk.case(desk.here, "4F7K2Q9", "Cohen")
        person = desk.person()
        for _ in range(3 * MISSES_A_MINUTE):
            assert desk.finder.find(person, "Cohen").hits, "finding is not limited"
        for n in range(MISSES_A_MINUTE):
            assert not desk.finder.find(person, f"nobody {n}").wait
        assert desk.finder.find(person, "nobody").wait
        found = desk.finder.find(person, "Cohen")
        assert (found.wait, found.hits) == (True, ()), "nothing is looked up any more"
        assert desk.finder.find(desk.person(number=2), "Cohen").hits, "somebody else goes on"
        assert desk.finder.find(desk.person(Role.INTEGRATION)._replace(program=True), "Cohen").hits
        assert not desk.finder.find(person, "  ").wait, "an empty box is no search"

    def test_many_at_once_are_counted_too(self, desk: Parts) -> None:
        start = threading.Barrier(2 * MISSES_A_MINUTE)
        waits: list[bool] = []

        def work(number: int) -> None:
            start.wait()
            waits.append(desk.finder.find(desk.person(), f"nobody {number}").wait)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(2 * MISSES_A_MINUTE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert waits.count(False) == MISSES_A_MINUTE


class TestKnownCustomers:
    def test_the_same_one_is_not_made_twice(self, desk: Parts) -> None:
        customer = desk.customers.known(desk.here, number="12-345", telephone="0541234567", name=" Dana  Cohen ")
        assert desk.customers.known(desk.here, number="12345", telephone="031234567") == customer
        assert desk.customers.known(desk.there, number="12345") != customer
        personal = desk.customers.reveal(desk.here, customer)
        assert personal == ("+97231234567", "12345", "Dana Cohen", False)
        assert not desk.customers.with_telephone(desk.here, "+972541234567"), "the old one leads nowhere"
        masked = desk.customers.masked(desk.here, customer)
        assert masked == ("•••67", "•••", None, False)
        assert desk.customers.reveal(desk.there, customer) == (None, None, None, False)

    def test_nothing_personal_is_in_the_records_in_the_clear(self, desk: Parts, database: Database) -> None:
        desk.customers.known(desk.here, number="98765432", telephone="0541234567", name="Dana Cohen")
        rows = []
        with desk.records.read() as connection:
            for table in ("customer", "audit"):
                rows += [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
        stored = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for r in rows for v in r)
        for canary in (b"541234567", b"98765432", b"Dana"):
            assert canary not in stored

    def test_what_is_no_value(self, desk: Parts) -> None:
        for values in ({"telephone": "100"}, {"telephone": "Dana"}, {"number": "abc"}, {"number": ""}):
            with pytest.raises(BadValue):
                desk.customers.known(desk.here, **values)

    def test_a_missing_key_is_not_an_empty_value(self, desk: Parts) -> None:
        customer = desk.customers.known(desk.here, number="1", telephone="0541234567")
        desk.vault.erase_customer(desk.here, customer, NOW)
        assert desk.customers.reveal(desk.here, customer) == (None, None, None, True)

    def test_two_at_once_make_one(self, desk: Parts) -> None:
        made: list[int] = []
        start = threading.Barrier(6)

        def work() -> None:
            start.wait()
            made.append(desk.customers.known(desk.here, telephone="0541234567"))

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 6
        assert len(set(made)) == 1


def test_the_receipt_of_the_tests_is_one() -> None:
    assert read_receipt_code(RECEIPT) == RECEIPT
