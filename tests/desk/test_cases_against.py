"""A conclusion held against the evidence: when something speaks against it, and that it is taken with a reason only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.receipt import CUSTOMERS_SIDE, cleared
from cpe_agent.desk.cases.against import NOT_US, OWNERS, BadConclusion, Conclusion, Sending, conclusion, objections
from cpe_agent.desk.cases.conclusions import ReasonWanted, against_the_evidence, conclude
from cpe_agent.desk.cases.ledger import BadEntry
from cpe_agent.desk.cases.store import CaseClosed
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.report import FindingReport, Report, from_json, to_json
from tests.desk.cases_home import NOW, Home, home_on
from tests.desk.conftest import Database
from tests.reports import CASES, case_report

NO_SYNC = "line: the router's DSL modem has no sync"
LAMP = "line: the line lamp blinks: the line has no sync"
MAY = Sending("yes")
ALL = [NOT_US, *(f"owner:{owner}" for owner in OWNERS), *BY_CODE]


@pytest.fixture
def home(database: Database) -> Iterator[Home]:
    with home_on(database) as found:
        yield found


def kinds(what: str, report: Report | None, technician: bool = False, sending: Sending | None = MAY) -> list[str]:
    return [o.kind for o in objections(Conclusion(what, technician), report, sending)]


@pytest.mark.parametrize("what", ["", "owner:", "owner:moon", "owner:none", "no-such-fault", "not-us ", "home"])
def test_what_is_no_conclusion(what: str) -> None:
    with pytest.raises(BadConclusion):
        conclusion(what)


def test_every_fault_and_owner_is_one() -> None:
    assert [conclusion(what).what for what in ALL] == ALL


def test_the_line_is_measured_dead_and_the_customer_is_blamed() -> None:
    report = case_report(NO_SYNC)
    (objection,) = objections(Conclusion("lan-cable-unplugged"), report, MAY)
    assert (objection.kind, objection.fault, objection.owner, objection.grade) == (
        "other-owner", "access-no-sync", "access", "direct",
    )  # fmt: skip
    assert kinds("owner:home", report) == ["other-owner"]
    assert kinds(NOT_US, report) == ["other-owner"]
    assert kinds("owner:access", report) == []
    assert kinds("access-optical-los", report) == [], "another fault of the same owner is no contradiction"


def test_what_the_customer_said_is_no_evidence_against_who_heard_it() -> None:
    report = case_report(LAMP)
    assert report.diagnosis.fault == "access-no-sync"
    assert kinds("owner:home", report) == []


def test_a_suspicion_contradicts_nobody() -> None:
    """Every case that names nobody, every conclusion."""
    for name in CASES:
        report = case_report(name)
        if report.diagnosis.verdict != "fault":
            assert [what for what in ALL if kinds(what, report)] == [], name


def test_the_customers_receipt_speaks_against_his_side_only() -> None:
    report = next(r for r in map(case_report, CASES) if cleared(r))
    for owner in OWNERS:
        found = kinds(f"owner:{owner}", report)
        assert ("cleared" in found) is (owner in CUSTOMERS_SIDE), owner
    assert "cleared" not in kinds(NOT_US, report)


def test_not_us_is_right_where_the_far_side_is_broken() -> None:
    remote = next(r for r in map(case_report, CASES) if r.diagnosis.owner == "remote" and r.diagnosis.acts == "site")
    assert kinds(NOT_US, remote) == []
    ours = next(r for r in map(case_report, CASES) if r.diagnosis.owner == "isp-core" and r.diagnosis.acts == "isp")
    assert kinds(NOT_US, ours) == ["other-owner"]


@pytest.mark.parametrize(
    ("sending", "found"),
    [
        (Sending("yes"), []),
        (Sending("no"), ["dispatch-no"]),
        (Sending("after", ("the lamps asked for",)), ["dispatch-open"]),
        (None, []),
    ],
)
def test_a_technician_who_is_not_to_be_sent(sending: Sending | None, found: list[str]) -> None:
    report = case_report(NO_SYNC)
    assert kinds("access-no-sync", report, True, sending) == found
    assert kinds("access-no-sync", report, False, sending) == []
    assert kinds("access-no-sync", None, True, sending) == found


def test_a_cut_report_counts_and_a_word_that_is_none_does_not() -> None:
    report = from_json(cut(to_json(case_report(NO_SYNC))))
    assert kinds("owner:home", report) == ["other-owner"]
    d = report.diagnosis
    for field, odd in (("owner", "moon"), ("acts", "nobody at all"), ("fault", "of-tomorrow")):
        strange = tuple(FindingReport(**{**f._asdict(), field: odd}) if f.standing == "root" else f for f in d.findings)
        fault = odd if field == "fault" else d.fault
        assert kinds("owner:home", replace(report, diagnosis=d._replace(findings=strange, fault=fault))) == []


def test_it_is_taken_with_a_reason_only_and_seniors_see_it(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    against = objections(Conclusion("owner:home", True), case_report(NO_SYNC), Sending("no"))
    made = Conclusion("owner:home", True)
    for reason, error in (("", ReasonWanted), ("  \n", ReasonWanted), ("x" * 501, BadEntry)):
        with pytest.raises(error):
            conclude(home.records, case, home.dana, NOW, made, against, reason, None)
    assert [e.kind for e in home.cases.entries(case)] == ["opened"]
    for n in range(3):
        conclude(home.records, case, home.dana, NOW + n, made, against, f"because {n}", bytes(16))
        conclude(home.records, case, home.dana, NOW + n, Conclusion(NOT_US), (), "a remark", None)
    other = home.cases.open(home.stranger, NOW)
    conclude(home.records, other, home.stranger, NOW, made, against, "theirs", None)
    first = against_the_evidence(home.records, 1, limit=2)
    assert [(line.reason, line.concluded, line.by, line.case) for line in first.lines] == [
        ("because 2", "owner:home", "Dana", case.code), ("because 1", "owner:home", "Dana", case.code),
    ]  # fmt: skip
    assert first.lines[0].against == (("other-owner", "access-no-sync"), ("dispatch-no", ""))
    second = against_the_evidence(home.records, 1, before=first.older, limit=2)
    assert ([line.reason for line in second.lines], second.older) == (["because 0"], None)
    home.cases.close(case, home.dana, NOW)
    with pytest.raises(CaseClosed):
        conclude(home.records, case, home.dana, NOW, Conclusion(NOT_US), (), "", None)
