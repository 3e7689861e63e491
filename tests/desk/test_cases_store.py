"""Cases in the records: opened, found, listed, handed over; each tenant's own."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, insert, select, text, update

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.cases import ledger, store
from cpe_agent.desk.cases.ledger import BadEntry, Kind, New, entered
from cpe_agent.desk.cases.store import BadHolder, CaseClosed, NoSuchCase, NotYours, listing
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import Person
from cpe_agent.desk.records.tables import case_, entry, person
from tests.desk.cases_home import NOW, Home, home_on
from tests.desk.conftest import Database


@pytest.fixture
def home(database: Database) -> Iterator[Home]:
    with home_on(database) as found:
        yield found


def kinds(home: Home, case: store.Case) -> list[str]:
    return [e.kind for e in home.cases.entries(case)]


def test_a_new_case_is_its_openers_and_its_code_reads(home: Home) -> None:
    case = home.cases.open(home.dana, NOW, name="  Cohen,   Haifa ", language="he")
    assert read_case_code(case.code) == case.code
    assert (case.name, case.language, case.opened, case.closed) == ("Cohen, Haifa", "he", NOW, None)
    assert (case.holder, case.holder_name, case.opened_by) == (home.dana.id, "Dana", home.dana.id)
    assert home.cases.find(1, f"{case.code[:4].lower()}-{case.code[4:]}") == case
    assert kinds(home, case) == ["opened"]


def test_a_code_that_is_taken_is_drawn_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("4F7K2Q9" * 2 + "ABCDEFG")
    monkeypatch.setattr("secrets.choice", lambda _: next(drawn))
    first, second = home.cases.open(home.dana, NOW), home.cases.open(home.dana, NOW)
    assert (first.code[:7], second.code[:7]) == ("4F7K2Q9", "ABCDEFG")


def test_another_tenants_case_is_none(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    for tenant, code in ((2, case.code), (1, "00000000"), (1, case.code[:7]), (1, "")):
        with pytest.raises(NoSuchCase):
            home.cases.find(tenant, code)
    foreign = case._replace(tenant=2)
    acts: tuple[Callable[[], None], ...] = (
        lambda: home.cases.add(foreign, home.stranger, NOW, [New(Kind.NOTE, text="x")]),
        lambda: home.cases.close(foreign, home.stranger, NOW),
        lambda: home.cases.take(foreign, home.stranger, NOW),
        lambda: home.cases.set_language(foreign, "he"),
    )
    for act in acts:
        with pytest.raises(NoSuchCase):
            act()
    assert home.cases.entries(foreign) == ()
    assert kinds(home, case) == ["opened"]


@pytest.mark.parametrize("name", ["a" * 81, "zero\u200bwidth", "a\0b", "turned\u202earound"])
def test_a_name_that_nobody_could_find_again_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BadName):
        home.cases.open(home.dana, NOW, name=name)


def test_lists_are_paged_by_key_and_each_is_its_own(home: Home) -> None:
    made = [home.cases.open(home.dana, NOW + n) for n in range(5)]
    home.cases.hand_over(made[1], home.dana, NOW, None, "Waits for the customer's call.")
    home.cases.hand_over(made[2], home.dana, NOW, home.omar.id, "Is yours.")
    home.cases.close(made[3], home.dana, NOW)
    home.cases.open(home.stranger, NOW)

    def numbers(show: str, who: object = home.dana) -> list[int]:
        assert isinstance(who, type(home.dana))
        return [made.index(next(m for m in made if m.id == c.id)) for c in home.cases.page(who, show).cases]

    assert numbers("mine") == [4, 0]
    assert numbers("mine", home.omar) == [2]
    assert numbers("free") == [1]
    assert numbers("open") == [4, 2, 1, 0]
    assert numbers("all") == [4, 3, 2, 1, 0]
    first = home.cases.page(home.dana, "all", limit=2)
    second = home.cases.page(home.dana, "all", before=first.older, limit=2)
    third = home.cases.page(home.dana, "all", before=second.older, limit=2)
    assert [c.id for p in (first, second, third) for c in p.cases] == [c.id for c in reversed(made)]
    assert third.older is None
    assert home.cases.page(home.dana, "all", limit=5).older is None


def test_closed_takes_nothing_until_it_is_opened_again(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    home.cases.close(case, home.dana, NOW + 1)
    home.cases.close(case, home.dana, NOW + 2)
    acts: tuple[Callable[[], None], ...] = (
        lambda: home.cases.add(case, home.dana, NOW, [New(Kind.NOTE, text="late")]),
        lambda: home.cases.take(case, home.dana, NOW),
        lambda: home.cases.hand_over(case, home.dana, NOW, None, "late"),
        lambda: home.cases.set_language(case, "he"),
    )
    for act in acts:
        with pytest.raises(CaseClosed):
            act()
    home.cases.reopen(case, home.omar, NOW + 3)
    home.cases.reopen(case, home.omar, NOW + 4)
    again = home.cases.find(1, case.code)
    assert (again.closed, again.holder) == (None, home.omar.id)
    assert kinds(home, case) == ["opened", "closed", "reopened"]
    home.cases.add(case, home.dana, NOW, [New(Kind.NOTE, text="now")])


def test_a_hand_over_needs_its_sentence_and_the_ledger_goes_along(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    home.cases.add(case, home.dana, NOW, [entered("done", "router-restarted")])
    for sentence in ("", "  ", "\0"[:0], "x" * 501):
        with pytest.raises(BadEntry):
            home.cases.hand_over(case, home.dana, NOW, home.omar.id, sentence)
    home.cases.hand_over(case, home.dana, NOW + 60, home.omar.id, "Ask for the lamp when she is back home.")
    found = home.cases.find(1, case.code)
    assert (found.holder, found.holder_name) == (home.omar.id, "Omar")
    last = home.cases.entries(found)[-1]
    assert (last.kind, last.key, last.by, last.text) == (
        "handover", str(home.omar.id), "Dana", "Ask for the lamp when she is back home.",
    )  # fmt: skip
    assert [e.kind for e in home.cases.entries(found)] == ["opened", "done", "handover"]


def test_who_may_hand_over_and_take(home: Home) -> None:
    case = home.cases.open(home.dana, NOW)
    with pytest.raises(NotYours):
        home.cases.hand_over(case, home.omar, NOW, home.omar.id, "Mine now.")
    with pytest.raises(NotYours):
        home.cases.take(case, home.omar, NOW)
    home.cases.take(case, home.dana, NOW)  # has it already
    for nobody in (home.technician.id, home.stranger.id, 4711):
        with pytest.raises(BadHolder):
            home.cases.hand_over(case, home.dana, NOW, nobody, "Yours.")
    with home.records.write() as connection:
        connection.execute(update(person).where(person.c.id == home.omar.id).values(disabled=NOW))
    with pytest.raises(BadHolder):
        home.cases.hand_over(case, home.dana, NOW, home.omar.id, "Yours.")
    assert home.cases.holders(1) == ((home.dana.id, "Dana"), (home.senior.id, "Sara"))
    home.cases.hand_over(case, home.senior, NOW, None, "Dana is ill.")
    home.cases.take(case, home.dana, NOW)
    home.cases.take(case, home.senior, NOW)
    assert home.cases.find(1, case.code).holder == home.senior.id
    assert kinds(home, case) == ["opened", "handover", "handover", "handover"]


def test_a_program_holds_nothing(home: Home) -> None:
    """Its number is a token's and would be another person's here."""
    program = home.dana._replace(program=True)
    case = home.cases.open(program, NOW)
    assert (case.holder, case.opened_by) == (None, None)
    home.cases.take(case, program, NOW)
    assert home.cases.find(1, case.code).holder is None


def test_two_who_take_the_same_free_case(home: Home) -> None:
    """One gets it; the other is told that it is somebody's."""
    case = home.cases.open(home.dana, NOW)
    home.cases.hand_over(case, home.dana, NOW, None, "Whoever is free.")
    start = threading.Barrier(2)
    said: list[int | None] = []

    def take(who: Person) -> None:
        start.wait()
        try:
            home.cases.take(case, who, NOW)
            said.append(who.id)
        except NotYours:
            said.append(None)

    threads = [threading.Thread(target=take, args=(who,)) for who in (home.dana, home.omar)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(None) == 1
    assert home.cases.find(1, case.code).holder in said


def test_of_a_customer(home: Home) -> None:
    with home.records.write() as connection:
        connection.execute(text("INSERT INTO customer (tenant, created) VALUES (1, 0)"))
    cases = [home.cases.open(home.dana, NOW, customer=1) for _ in range(3)]
    assert [c.id for c in home.cases.of_customer(1, 1)] == [c.id for c in reversed(cases)]
    assert home.cases.of_customer(2, 1) == ()


def test_the_language_is_one_of_ours(home: Home) -> None:
    case = home.cases.open(home.dana, NOW, language="tlh")
    assert case.language is None
    for given, kept in (("ru", "ru"), ("tlh", None), (None, None)):
        home.cases.set_language(case, given)
        assert home.cases.find(1, case.code).language == kept


def plan_of(home: Home, query: object) -> str:
    from sqlalchemy import Select

    assert isinstance(query, Select)
    with home.records.read() as connection:
        made = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        word = "EXPLAIN QUERY PLAN" if home.records.sqlite else "EXPLAIN"
        rows = connection.execute(text(f"{word} {made}".replace(":", "\\:"))).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_no_list_reads_or_sorts_everything(home: Home) -> None:
    """Thousands of closed cases, a few open ones, two companies: an index gives the rows in their order, whichever of
    the indexes was made last (of two equal plans SQLite takes one by that)."""
    rows = [
        {"tenant": 1 if n % 40 == 0 else 2, "code": f"{n:08d}", "opened": NOW, "closed": NOW if n % 160 else None,
         "holder": home.omar.id if n % 3 else None}
        for n in range(4000)
    ]  # fmt: skip
    with home.records.write() as connection:
        connection.execute(insert(case_), rows)
    indexes = sorted(case_.indexes, key=lambda index: str(index.name))
    for last in indexes:
        with home.records.write() as connection:
            for index in [*(one for one in indexes if one is not last), last]:
                index.drop(connection)
                index.create(connection)
            connection.execute(text("ANALYZE"))
        for show, before in itertools.product(store.SHOWS, (None, 3500)):
            plan = plan_of(home, listing(home.dana, show, before, 51))
            said = f"{show} {before} {last.name}: {plan}"
            assert "ix_case__" in plan, said
            assert "B-TREE" not in plan, said
            assert "SCAN case_" not in plan, said
            assert "Seq Scan on case_" not in plan, said


def test_a_long_ledger_shows_its_newest(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_ENTRIES", 3)
    case = home.cases.open(home.dana, NOW)
    home.cases.add(case, home.dana, NOW, [New(Kind.NOTE, text=str(n)) for n in range(5)])
    assert [e.text for e in home.cases.entries(case)] == ["2", "3", "4"]


def test_nothing_is_half_written(home: Home) -> None:
    """What the database refuses leaves neither the change nor the entry behind."""
    case = home.cases.open(home.dana, NOW)
    with home.records.write() as connection:
        connection.execute(delete(entry))
    with pytest.raises(Exception, match="source"):
        home.cases.add(case, home.dana, NOW, [New(Kind.NOTE, text="good"), New(Kind.NOTE, text="x", source="guessed")])
    with home.records.read() as connection:
        assert connection.execute(select(entry.c.id)).all() == []
