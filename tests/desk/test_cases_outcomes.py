"""What technicians found, and how often the program was right by that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.desk.cases.outcomes import SMALL, BadOutcome, Count, Found, counted, figures, found, record, wilson
from tests.desk.cases_home import NOW, Home, home_on
from tests.desk.conftest import Database

LINE, WIRING, CABLE = "access-no-sync", "home-line-wiring-fault", "lan-cable-unplugged"


@pytest.fixture
def home(database: Database) -> Iterator[Home]:
    with home_on(database) as found_:
        yield found_


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    # by hand from the formula, and as R's binom::binom.confint(method = "wilson") is known to give them
    [(0, 0, 0.0, 1.0), (0, 1, 0.0, 0.7935), (1, 1, 0.2065, 1.0), (9, 10, 0.5958, 0.9821), (19, 19, 0.8318, 1.0),
     (50, 100, 0.4038, 0.5962), (990, 1000, 0.9817, 0.9946)],
)  # fmt: skip
def test_the_interval(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_interval_holds_the_share(right: int, wrong: int) -> None:
    low, high = wilson(right, right + wrong)
    assert 0.0 <= low <= high <= 1.0
    if right + wrong:
        assert low <= right / (right + wrong) + 1e-12
        assert high >= right / (right + wrong) - 1e-12


@pytest.mark.parametrize(
    ("word", "what", "named", "wrong"),
    [
        ("right", "", LINE, None),
        ("right", "", None, "word"),
        ("another", WIRING, LINE, None),
        ("another", "owner:home", LINE, None),
        ("another", "owner:home", None, None),
        ("another", "", LINE, "what"),
        ("another", "owner:none", LINE, "what"),
        ("another", "gremlins", LINE, "what"),
        ("nothing", "", LINE, None),
        ("unclear", "", None, None),
        ("wrong", "", LINE, "word"),
    ],
)
def test_what_may_be_entered(word: str, what: str, named: str | None, wrong: str | None) -> None:
    if wrong is None:
        assert found(word, what, named, None).word == word
        return
    with pytest.raises(BadOutcome, match=f"^{wrong}$"):
        found(word, what, named, None)


def test_another_fault_that_is_the_same_is_right() -> None:
    assert found("another", LINE, LINE, None) == Found("right", None, LINE, None)


def test_figures_of_what_was_entered(home: Home) -> None:
    entered = [
        *[found("right", "", LINE, None)] * 3,
        found("another", WIRING, LINE, None),
        found("nothing", "", LINE, None),
        found("unclear", "", LINE, None),
        found("another", "access-line-errors", WIRING, None),  # the home was blamed, and it was the line
        found("another", CABLE, WIRING, None),  # the home was blamed, and it was the home
        found("another", "owner:home", None, None),
        found("nothing", "", None, None),
    ]
    for new in entered:
        record(home.records, home.cases.open(home.dana, NOW), home.technician, NOW, new)
    stranger = home.cases.open(home.stranger, NOW)
    record(home.records, stranger, home.stranger, NOW, found("right", "", CABLE, None))
    got = figures(home.records, 1)
    assert [(f.fault, f.owner, f.n, f.right, f.another, f.nothing, f.unclear, f.blamed) for f in got.faults] == [
        (LINE, "access", 5, 3, 1, 1, 1, 0),
        (WIRING, "home", 2, 0, 2, 0, 0, 1),
    ]
    assert [(f.owner, f.n, f.right) for f in got.owners] == [("home", 2, 0), ("access", 5, 3)]
    assert (got.whole.n, got.whole.right, got.whole.blamed) == (7, 3, 1)
    assert (got.unnamed, got.unnamed_found) == (2, (("", 1), ("owner:home", 1)))
    assert all(f.small for f in got.faults)


def test_the_last_word_on_a_case_counts_and_the_ledger_keeps_both(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    record(home.records, case, home.technician, NOW, found("nothing", "", LINE, None))
    record(home.records, case, home.technician, NOW + 1, found("another", WIRING, LINE, bytes(16)))
    (figure,) = figures(home.records, 1).faults
    assert (figure.n, figure.another, figure.nothing) == (1, 1, 0)
    told = [(e.key, e.text) for e in home.cases.entries(case) if e.kind == "outcome"]
    assert told == [("nothing", ""), ("another", WIRING)]


def test_it_can_be_entered_after_the_case_was_closed(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    home.cases.close(case, home.dana, NOW)
    record(home.records, case, home.technician, NOW, found("right", "", LINE, None))
    assert figures(home.records, 1).whole.right == 1


def test_small_is_said_up_to_a_bound() -> None:
    for n in (SMALL - 1, SMALL):
        assert counted([Count(LINE, "right", LINE, n)]).whole.small is (n < SMALL)


def test_a_fault_of_another_version_is_counted_and_blames_nobody() -> None:
    got = counted([Count("of-tomorrow", "wrong", "of-yesterday", 2)])
    assert (got.faults[0].owner, got.faults[0].n, got.faults[0].blamed) == ("", 2, 0)


def test_nothing_is_known_without_outcomes() -> None:
    got = counted([])
    assert (got.whole.n, got.faults, got.unnamed) == (0, (), 0)
