"""What may be entered in a ledger, and what the card takes from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cpe_agent.answers import QUESTIONS
from cpe_agent.deliver.receipt import CUSTOMERS_SIDE
from cpe_agent.desk.card.content import judged
from cpe_agent.desk.card.ledger import LedgerEntry, answers_since
from cpe_agent.desk.cases.ledger import BadEntry, Entry, done_keys, entered, for_card
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.diagnose.fault import expressions
from cpe_agent.report import Report
from tests.desk.cases_home import NOW, Home, home_on
from tests.desk.conftest import Database
from tests.reports import CASES, case_report


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
    assert for_card(found, NOW) == (
        LedgerEntry(NOW + 5, "Dana", "done", "router-restarted", "", found[1].text, "observed"),
        LedgerEntry(NOW + 5, "Dana", "said", "line-lamp", "blinking", "", "stated"),
        LedgerEntry(NOW + 5, "Dana", "asked", "phones", "", "", "stated"),
    )


def test_every_key_of_the_short_list_is_known_to_the_catalogue() -> None:
    steps, checks = done_keys()
    assert "router-restarted" in steps
    assert set(checks) == {key for fault in BY_CODE.values() for key in fault.before_action}
    assert not set(steps) & set(checks)


def said(number: int, at: float, question: str, answer: str) -> Entry:
    return Entry(number, at, "Dana", "said", question, answer, "stated", None)


def answers(*entries: Entry) -> dict[str, str]:
    """What the card counts in."""
    return answers_since(for_card(entries, NOW), None)


def test_an_answer_counts_for_the_call_it_was_given_in() -> None:
    entries = (
        said(1, NOW - 8000, "phones", "fail"),
        said(2, NOW - 7000, "line-lamp", "off"),
        said(3, NOW + 10, "line-lamp", "blinking"),
        said(4, NOW + 20, "los-lamp", "unknown"),
        said(5, NOW + 30, "colour", "red"),
    )
    assert answers(*entries) == {"line-lamp": "blinking"}
    assert answers(*entries, said(6, NOW + 40, "line-lamp", "unknown")) == {}


def test_steps_are_on_the_card_for_ever() -> None:
    old = Entry(1, NOW - 1e6, "Dana", "done", "router-restarted", "twice", "observed", None)
    assert [e.key for e in for_card([old], NOW)] == ["router-restarted"]


def reports() -> Iterator[Report]:
    yield from (case_report(name) for name in sorted(CASES)[::8])


def test_no_answer_convicts_the_customer_by_itself() -> None:
    """Where an answer makes the card name the customer's side, the finding rests on the answer and says so, or on a
    measurement that names it once the answer has taken a rival away: never on nothing."""
    changed = 0
    for report in reports():
        before = judged(report).report.diagnosis
        if before.verdict != "inconclusive":
            continue
        for question in sorted({q for s in before.suspects for q in asked_by(s)}):
            for answer in QUESTIONS[question]:
                d = judged(report, {question: answer}).report.diagnosis
                changed += d != before
                if d.verdict != "fault" or d.owner not in CUSTOMERS_SIDE:
                    continue
                root = next(f for f in d.findings if f.standing == "root" and f.fault == d.fault)
                assert root.grade in ("direct", "contrast")
                measured = [e for e in root.evidence if not e.fact.startswith("said.")]
                assert root.stated or measured, (question, answer, root)
    assert changed


def asked_by(code: str) -> set[str]:
    """The questions that a fault's rules read."""
    found = {r.name for e in expressions(BY_CODE[code]) for r in e.readings()}
    return {name.partition(".")[2].partition("=")[0] for name in found if name.startswith("said.")} & QUESTIONS.keys()
