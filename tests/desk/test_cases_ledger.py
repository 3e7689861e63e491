"""What may be entered in a ledger, and a report judged anew with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cpe_agent.answers import QUESTIONS
from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.receipt import CUSTOMERS_SIDE
from cpe_agent.desk.cases.ledger import BadEntry, Entry, LedgerEntry, done_keys, entered, for_card
from cpe_agent.desk.cases.said import answers_of, with_answers
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.next_step import content
from cpe_agent.report import Report, from_json, to_json
from tests.desk.cases_home import NOW, Home, home_on
from tests.desk.conftest import Database
from tests.reports import CASES, case_report, recorded_reports


@pytest.fixture
def home(database: Database) -> Iterator[Home]:
    with home_on(database) as found:
        yield found


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (("asked", "first-socket"), None),
        (("asked", "first-socket", "fails"), None),
        (("said", "first-socket", "fails"), None),
        (("said", "first-socket", "unknown"), None),
        (("done", "router-restarted", "", "twice"), None),
        (("done", "nte-test", "", "", "observed"), None),
        (("told", "technician-comes"), None),
        (("note", "", "", "Calls back at six."), None),
        (("note", "", "", " \n"), "text"),
        (("note", "key", "", "text"), "key"),
        (("said", "first-socket", "maybe"), "key"),
        (("said", "shoe-size", "unknown"), "key"),
        (("done", "dance"), "key"),
        (("told", "it is your fault"), "key"),
        (("note", "", "", "x" * 501), "text"),
        (("done", "router-restarted", "", "", "guessed"), "source"),
        (("contradiction", "", "", "x"), "kind"),
        (("outcome", "right"), "kind"),
    ],
)
def test_what_may_be_entered(given: tuple[str, ...], wrong: str | None) -> None:
    if wrong is None:
        assert entered(*given).kind == given[0]
        return
    with pytest.raises(BadEntry, match=f"^{wrong}$"):
        entered(*given)


def test_what_was_written_comes_back(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    odd = "<b>\u202eשלום\0\ud800\r\nsecond line</b>"
    home.cases.add(case, home.dana, NOW + 5, [
        entered("done", "router-restarted", text=odd, source="observed"),
        entered("said", "line-lamp", "blinking"),
        entered("asked", "phones"),
        entered("told", "next-step"),
        entered("note", text=odd),
    ])  # fmt: skip
    found = home.cases.entries(case)
    assert found[1].text == found[5].text == "<b>\u202eשלום\ufffd?\nsecond line</b>"
    assert for_card(found) == (
        LedgerEntry(NOW + 5, "Dana", "done", "router-restarted", "", found[1].text, "observed"),
        LedgerEntry(NOW + 5, "Dana", "said", "line-lamp", "blinking", "", "stated"),
        LedgerEntry(NOW + 5, "Dana", "asked", "phones", "", "", "stated"),
    )


def test_every_key_of_the_short_list_is_known_to_the_catalogue() -> None:
    steps, checks = done_keys()
    assert "router-restarted" in steps
    assert set(checks) == {key for fault in BY_CODE.values() for key in fault.before_action}
    assert not set(steps) & set(checks)


def said(at: float, question: str, answer: str) -> Entry:
    return Entry(1, at, "Dana", "said", question, answer, "stated", None)


def test_an_answer_counts_for_the_call_it_was_given_in() -> None:
    entries = [
        said(NOW - 8000, "phones", "fail"),
        said(NOW - 7000, "line-lamp", "off"),
        said(NOW + 10, "line-lamp", "blinking"),
        said(NOW + 20, "los-lamp", "unknown"),
        said(NOW + 30, "colour", "red"),
    ]
    assert answers_of(entries, NOW) == {"line-lamp": "blinking"}
    assert answers_of([*entries, said(NOW + 40, "line-lamp", "unknown")], NOW) == {}


def test_an_answer_decides_what_the_measurement_left_open() -> None:
    open_ = next(r for r in reports() if r.diagnosis.next_test and r.diagnosis.next_test.key == "test-at-first-socket")
    anew = {answer: with_answers(open_, {"first-socket": answer}) for answer in QUESTIONS["first-socket"]}
    assert all(anew.values())
    found = {a: n.report.diagnosis for a, n in anew.items() if n is not None}
    assert found["works"] != found["fails"]
    for answer, new in anew.items():
        assert new is not None
        assert (new.report.id, new.report.started, new.report.spoken_code) == (
            open_.id, open_.started, open_.spoken_code,
        ), answer  # fmt: skip


def test_nothing_new_is_nothing_judged() -> None:
    """No answer, one that the report has, and a report that was cut for a picture."""
    report = next(r for r in reports() if content(r, "answers").get("given"))
    given = content(report, "answers")["given"]
    assert isinstance(given, dict)
    assert with_answers(report, {}) is None
    assert with_answers(report, given) is None
    assert with_answers(from_json(cut(to_json(report))), {"first-socket": "fails"}) is None


def reports() -> Iterator[Report]:
    yield from map(case_report, CASES)
    yield from recorded_reports().values()


def test_no_answer_ever_convicts_the_customer_by_itself() -> None:
    """Each case and each answer: the customer's side is newly named only where the catalogue takes that very answer as
    proof, and then the finding says that it rests on what was said."""
    named = 0
    for report in reports():
        for question, answers in QUESTIONS.items():
            for answer in answers:
                anew = with_answers(report, {question: answer})
                if anew is None or anew.report.diagnosis.fault == report.diagnosis.fault:
                    continue
                d = anew.report.diagnosis
                if d.verdict == "fault" and d.owner in CUSTOMERS_SIDE:
                    root = next(f for f in d.findings if f.standing == "root" and f.fault == d.fault)
                    assert root.stated, (report.diagnosis, question, answer, root)
                    named += 1
    assert named
