"""Coming in and staying: passwords, invitations, sessions, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from cpe_agent.desk.people import accounts, invites, logins, managing
from cpe_agent.desk.people.accounts import Taken
from cpe_agent.desk.people.managing import By, NotFound
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.people import Chosen, Gone, Refused, Weak
from cpe_agent.desk.people.roles import MAY, Role
from cpe_agent.desk.records import tables
from tests.desk.conftest import Database
from tests.desk.people_home import NOW, PASSWORD, Home, home_on

ADDRESS = "192.0.2.7"


@pytest.fixture
def home(database: Database) -> Any:
    with home_on(database) as opened:
        yield opened


def administrator(home: Home) -> By:
    return managing.by(home.person[home.one, Role.ADMINISTRATOR].person)


def test_the_right_password_lets_in_and_every_other_answer_is_one(home: Home) -> None:
    whose = home.give_password()
    word = home.people.log_in(whose.shown.upper(), PASSWORD, ADDRESS)
    session = home.people.session(word)
    assert session is not None
    assert session.person.id == whose.id
    assert session.person.permissions == MAY[Role.REPRESENTATIVE]
    gone = home.give_password(Role.SENIOR)
    managing.disable(home.people, administrator(home), gone.id)
    for name, password in [
        (whose.shown, PASSWORD + " "), (whose.shown, ""), ("nobody", PASSWORD), ("", PASSWORD), ("x" * 10**5, PASSWORD),
        ("\0", PASSWORD), (gone.shown, PASSWORD), (home.person[home.one, Role.AUDITOR].shown, ""),
    ]:  # fmt: skip
        with pytest.raises(Refused):
            home.people.log_in(name, password, ADDRESS)
    refused = [row for row in home.audited() if row[1] == "login-refused"]
    assert [subject for _, _, subject in refused].count(f"person:{whose.id}") == 2
    assert [subject for _, _, subject in refused].count("nobody") == 4
    with home.records.read() as connection:
        kept = " ".join(row.reason for row in home.people.audit.page(connection, home.one, limit=1000))
    assert PASSWORD not in kept, "a password typed into the wrong field must not be written down"


def test_an_unknown_name_costs_as_much_as_a_wrong_password(home: Home) -> None:
    """The same work, counted: one look into the database, one argon2, one row of the audit."""
    whose = home.give_password()
    home.people.passwords.fits("warm up", None)
    work: list[str] = []
    event.listen(home.records.engine, "before_cursor_execute", lambda c, cu, statement, *more: work.append(statement))
    hasher = type(home.people.passwords._hasher)
    verify = hasher.verify

    def counted(self: Any, hashed: Any, password: Any) -> Any:
        work.append("argon2 " + str(hashed).rpartition("$")[0].rpartition("$")[0])
        return verify(self, hashed, password)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hasher, "verify", counted)
        with pytest.raises(Refused):
            home.people.log_in(whose.shown, "not the password", ADDRESS)
        known, work[:] = list(work), []
        with pytest.raises(Refused):
            home.people.log_in("nobody at all", "not the password", ADDRESS)
    assert sum(step.startswith("argon2") for step in known) == 1
    tenant = [step for step in work if "FROM tenant" in step]
    assert [step for step in work if step not in tenant] == known
    assert len(tenant) <= 1


def test_a_session_ends_after_half_an_hour_alone_and_after_twelve_hours_always(home: Home) -> None:
    word = home.people.admit(home.person[home.one, Role.SENIOR], "password")
    home.now += logins.IDLE_S - 1
    assert home.people.session(word) is not None
    home.now += logins.IDLE_S - 1
    assert home.people.session(word) is not None
    home.now += logins.IDLE_S
    assert home.people.session(word) is None
    word = home.people.admit(home.person[home.one, Role.SENIOR], "password")
    for _ in range(2 * 12 + 2):
        home.now += logins.IDLE_S - 60
        if home.people.session(word) is None:
            break
    assert home.now - NOW > logins.WHOLE_S
    assert home.people.session(word) is None
    assert home.people.purge() == 2
    assert home.people.purge() == 0


def test_a_session_follows_the_person(home: Home) -> None:
    """Another role, sent away, another password: the old sessions are over at once."""
    whose = home.person[home.one, Role.SENIOR]
    by = administrator(home)
    changes: list[Callable[[], object]] = [
        lambda: managing.set_role(home.people, by, whose.id, Role.AUDITOR),
        lambda: managing.disable(home.people, by, whose.id),
    ]
    for change in changes:
        word = home.people.admit(whose, "password")
        assert home.people.session(word) is not None
        change()
        assert home.people.session(word) is None
    managing.enable(home.people, by, whose.id)
    assert home.people.session(word) is None


def test_a_login_never_keeps_the_word_from_before(home: Home) -> None:
    whose = home.give_password()
    first = home.people.log_in(whose.shown, PASSWORD, ADDRESS)
    before = home.people.session(first)
    second = home.people.log_in(whose.shown, PASSWORD, ADDRESS, before)
    assert first != second
    assert home.people.session(first) is None
    session = home.people.session(second)
    assert session is not None
    assert home.people.form_word(session) != home.people.form_word(before)  # type: ignore[arg-type]
    home.people.log_out(session)
    assert home.people.session(second) is None


def test_the_password_once_more(home: Home) -> None:
    whose = home.give_password()
    word = home.people.admit(whose, "password")
    home.now += logins.CONFIRMED_S
    session = home.people.session(word)
    assert session is not None
    assert not session.fresh(home.now)
    with pytest.raises(Refused):
        home.people.confirm(session, "another", ADDRESS)
    home.people.confirm(session, PASSWORD, ADDRESS)
    session = home.people.session(word)
    assert session is not None
    assert session.fresh(home.now)


def test_changing_the_password_ends_the_other_sessions(home: Home) -> None:
    whose = home.give_password()
    other, mine = (home.people.admit(whose, "password") for _ in range(2))
    session = home.people.session(mine)
    assert session is not None
    with pytest.raises(Refused):
        home.people.change_password(session, "another", "five words in a row", ADDRESS)
    with pytest.raises(Weak, match=r"password\.short"):
        home.people.change_password(session, PASSWORD, "short", ADDRESS)
    new = home.people.change_password(session, PASSWORD, "five words in a row", ADDRESS)
    assert home.people.session(other) is home.people.session(mine) is None
    assert home.people.session(new) is not None
    home.people.log_in(whose.shown, "five words in a row", ADDRESS)


def test_the_first_administrator_comes_in_by_a_link(database: Database) -> None:
    with home_on(database) as home:
        with home.records.write() as connection:
            connection.execute(tables.person.update().values(role=Role.SENIOR))
        first, second = home.people.first_link(), home.people.first_link()
        assert first
        assert second
        with pytest.raises(Gone):
            home.people.invited(first)
        word = home.people.accept(second, Chosen("Dana", PASSWORD, "he"))
        session = home.people.session(word)
        assert session is not None
        assert (session.person.role, session.person.language) == (Role.ADMINISTRATOR, "he")
        assert home.people.first_link() is None


def test_a_link_works_once(home: Home) -> None:
    link = managing.invite(home.people, administrator(home), Role.TECHNICIAN)
    for wrong, error in [
        (Chosen("Dana", "short", "en"), Weak), (Chosen("Dana", "dana" * 8, "en"), Weak),
        (Chosen("", PASSWORD, "en"), BadName),
        (Chosen(home.person[home.two, Role.SENIOR].shown.upper(), PASSWORD, "en"), Taken),
    ]:  # fmt: skip
        with pytest.raises(error):
            home.people.accept(link, wrong)
    home.people.accept(link, Chosen("Dana", PASSWORD, "en"))
    with pytest.raises(Gone):
        home.people.accept(link, Chosen("Dana2", PASSWORD, "en"))
    assert "joined" in [what for _, what, _ in home.audited()]


def test_two_at_one_link_are_one_person(home: Home) -> None:
    link = managing.invite(home.people, administrator(home), Role.TECHNICIAN)
    came: list[str] = []

    def come(name: str) -> None:
        try:
            came.append(home.people.accept(link, Chosen(name, PASSWORD, "en")))
        except Gone:
            came.append("")

    threads = [threading.Thread(target=come, args=(f"Dana {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, came)) == [False, True]


def test_a_link_ends_after_three_days_and_when_it_is_withdrawn(home: Home) -> None:
    by = administrator(home)
    link, other = (managing.invite(home.people, by, Role.TECHNICIAN) for _ in range(2))
    with home.records.read() as connection:
        number = invites.open_of(connection, home.now, home.one)[0].id
    stranger = managing.by(home.person[home.two, Role.ADMINISTRATOR].person)
    with pytest.raises(NotFound):
        managing.withdraw(home.people, stranger, number)
    managing.withdraw(home.people, by, number)
    with pytest.raises(Gone):
        home.people.invited(other)
    home.people.invited(link)
    home.now += invites.LASTS_S
    with pytest.raises(Gone):
        home.people.invited(link)


def test_a_reset_sets_a_new_password_and_nothing_else(home: Home) -> None:
    whose = home.give_password()
    old = home.people.admit(whose, "password")
    first, link = (managing.reset(home.people, administrator(home), whose.id) for _ in range(2))
    home.people.log_in(whose.shown, PASSWORD, ADDRESS)
    with pytest.raises(Gone):
        home.people.invited(first)
    home.people.accept(link, Chosen("Another Name", "five words in a row", "ru"))
    with home.records.read() as connection:
        found = accounts.by_id(connection, home.one, whose.id)
    assert found is not None
    assert (found.shown, found.role, found.language) == (whose.shown, whose.role, "en")
    assert home.people.session(old) is None
    with pytest.raises(Refused):
        home.people.log_in(whose.shown, PASSWORD, ADDRESS)
