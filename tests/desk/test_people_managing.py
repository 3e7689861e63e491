"""What an administrator changes: roles, tokens, tickets, on both engines; and how the lists are read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text

from cpe_agent.case_code import with_check
from cpe_agent.desk.people import accounts, hidden, invites, logins, managing, tickets, tokens
from cpe_agent.desk.people.accounts import LastAdministrator
from cpe_agent.desk.people.managing import By, NotFound
from cpe_agent.desk.people.roles import MAY, Permission, Role
from cpe_agent.desk.records import tables
from cpe_agent.desk.records.store import Records
from tests.desk.conftest import Database
from tests.desk.people_home import NOW, Home, home_on

ADDRESS = "192.0.2.7"


@pytest.fixture
def home(database: Database) -> Any:
    with home_on(database) as opened:
        yield opened


def administrator(home: Home) -> By:
    return managing.by(home.person[home.one, Role.ADMINISTRATOR].person)


def test_the_last_administrator_stays(home: Home) -> None:
    whose = home.person[home.one, Role.ADMINISTRATOR]
    changes: list[Callable[..., object]] = [
        lambda: managing.disable(home.people, administrator(home), whose.id),
        lambda: managing.set_role(home.people, administrator(home), whose.id, Role.SENIOR),
    ]
    for change in changes:
        with pytest.raises(LastAdministrator):
            change()
    senior = home.person[home.one, Role.SENIOR]
    managing.set_role(home.people, administrator(home), senior.id, Role.ADMINISTRATOR)
    trouble: list[str] = []

    def go(number: int) -> None:
        try:
            managing.disable(home.people, administrator(home), number)
        except LastAdministrator:
            trouble.append("stayed")

    threads = [threading.Thread(target=go, args=(number,)) for number in (whose.id, senior.id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == ["stayed"]
    with pytest.raises(ValueError, match="integration"):
        managing.set_role(home.people, administrator(home), senior.id, Role.INTEGRATION)


def test_another_company_does_not_exist(home: Home) -> None:
    by, there = administrator(home), home.person[home.two, Role.SENIOR].id
    changes: list[Callable[..., object]] = [
        lambda n: managing.disable(home.people, by, n), lambda n: managing.enable(home.people, by, n),
        lambda n: managing.reset(home.people, by, n), lambda n: managing.set_role(home.people, by, n, Role.AUDITOR),
    ]  # fmt: skip
    for change in changes:
        for number in (there, 10**9):
            with pytest.raises(NotFound):
                change(number)
    assert all(subject != f"person:{there}" for _, _, subject in home.audited())


def test_tokens_are_shown_once_and_end(home: Home) -> None:
    by = administrator(home)
    number, word = managing.add_token(home.people, by, "ticket system", {Permission.READ_REPORT}, home.now + 60)
    found = home.people.token(word)
    assert found is not None
    assert found.person.permissions == {Permission.READ_REPORT}
    assert (found.person.program, found.person.who, found.person.tenant) == (True, f"token:{number}", home.one)
    with home.records.read() as connection:
        kept = connection.execute(text("SELECT * FROM api_token")).one()
        assert tokens.tokens_of(connection, home.one)[0].seen == home.now
    assert word.encode() not in repr(kept).encode()
    home.now += 60
    assert home.people.token(word) is None
    _, word = managing.add_token(home.people, by, "other", None, None)
    everything = home.people.token(word)
    assert everything is not None
    assert everything.may == MAY[Role.INTEGRATION]
    with pytest.raises(ValueError, match=r"people\.manage"):
        managing.add_token(home.people, by, "too much", {Permission.MANAGE_PEOPLE}, None)
    with pytest.raises(NotFound):
        managing.revoke_token(home.people, managing.by(home.person[home.two, Role.ADMINISTRATOR].person), everything.id)
    managing.revoke_token(home.people, by, everything.id)
    assert home.people.token(word) is None
    with pytest.raises(NotFound):
        managing.revoke_token(home.people, by, everything.id)


def test_a_right_that_the_role_lost_is_lost_to_its_tokens(home: Home) -> None:
    _, word = managing.add_token(home.people, administrator(home), "old", None, None)
    with home.records.write() as connection:
        connection.execute(tables.api_token.update().values(permissions="report.read people.manage gone.away"))
    found = home.people.token(word)
    assert found is not None
    assert found.may == {Permission.READ_REPORT}


def test_tickets_are_bound_and_end(home: Home) -> None:
    by, code = administrator(home), with_check("4F7K2Q9")
    other = with_check("8F7K2Q9")
    with home.records.write() as connection:
        customer = connection.execute(
            insert(tables.customer).values(tenant=home.one, created=NOW).returning(tables.customer.c.id)
        ).scalar_one()
        connection.execute(insert(tables.case_).values(tenant=home.one, code=code, customer=customer, opened=NOW))
        connection.execute(insert(tables.case_).values(tenant=home.two, code=other, opened=NOW))
    number, word = managing.add_ticket(home.people, by, expires=home.now + 60, case=code, note="call")
    found = home.people.ticket(word)
    assert found is not None
    assert (found.id, found.tenant, found.customer, found.case) == (number, home.one, customer, code)
    assert found.good(home.now)
    assert not found.good(home.now + 60)
    _, general = managing.add_ticket(home.people, by, expires=home.now + 60)
    enrolment = home.people.ticket(general)
    assert enrolment is not None
    assert (enrolment.customer, enrolment.case) == (None, None)
    for bound in (
        {"case": other},
        {"case": with_check("0000000")},
        {"customer": 10**9},
        {"customer": 10**9, "case": code},
    ):
        with pytest.raises(tickets.NotHere):
            managing.add_ticket(home.people, by, expires=home.now + 60, **bound)
    managing.revoke_ticket(home.people, by, number)
    revoked = home.people.ticket(word)
    assert revoked is not None
    assert not revoked.good(home.now)
    assert home.people.ticket(hidden.new(hidden.TICKET)) is None


PLANS_PG = ("Seq Scan", "Sort")
PLANS_SQLITE = ("SCAN", "TEMP B-TREE")


def test_every_list_and_every_check_reads_an_index(home: Home) -> None:
    asked: list[tuple[str, Any]] = []
    with home.records.read() as connection:
        event.listen(
            connection,
            "before_cursor_execute",
            lambda c, cu, s, p, *more: asked.append((s, p)) if s != "BEGIN" else None,
        )
        audit = home.people.audit
        calls: list[Callable[[], object]] = [
            lambda: tokens.find(connection, NOW, hidden.new(hidden.TOKEN)),
            lambda: tickets.find(connection, hidden.new(hidden.TICKET)),
            lambda: logins.find(connection, NOW, hidden.new(hidden.SESSION)),
            lambda: invites.find(connection, NOW, hidden.new(hidden.INVITE)),
            lambda: accounts.by_name(connection, "dana"),
            lambda: accounts.by_id(connection, home.one, 3),
            *(
                lambda listed=listed: listed(connection, home.one, before=100)
                for listed in (accounts.people_of, tokens.tokens_of, tickets.tickets_of, audit.page)
            ),
        ]  # fmt: skip
        for call in calls:
            call()
    asked = [one for one in asked if one[0] != "BEGIN"]
    assert len(asked) == 10, "one read each"
    with home.records.read() as connection:
        if not home.records.sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, values in asked:
            plan = connection.exec_driver_sql(
                ("EXPLAIN QUERY PLAN " if home.records.sqlite else "EXPLAIN ") + statement, values
            ).all()
            told = str(plan)
            assert not any(word in told for word in (PLANS_SQLITE if home.records.sqlite else PLANS_PG)), told


def test_a_full_scan_would_be_seen(home: Home) -> None:
    """The plan test can fail: a list by an unindexed column."""
    with home.records.read() as connection:
        explain = "EXPLAIN QUERY PLAN" if home.records.sqlite else "EXPLAIN"
        told = str(
            connection.exec_driver_sql(f"{explain} SELECT id FROM ticket WHERE note = 'x' ORDER BY note, id").all()
        )
    assert any(word in told for word in (PLANS_SQLITE if home.records.sqlite else PLANS_PG))


def test_accounts_are_counted_by_the_database(home: Home) -> None:
    with home.records.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.person)).scalar() == 12
        assert accounts.administrators(connection) == 2
        first = accounts.people_of(connection, home.one, limit=4)
        rest = accounts.people_of(connection, home.one, before=first[-1].id)
    assert len({a.id for a in [*first, *rest]}) == 6
    assert isinstance(home.records, Records)
