"""``desk user|token|ticket|migrate`` on the data of a desk, as it runs or not, on both engines."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cpe_agent.cli import cli
from cpe_agent.desk.people.people import Chosen, Gone
from cpe_agent.desk.people.roles import MAY, Role
from cpe_agent.desk.records.store import HEAD
from cpe_agent.desk.secret import NAME, VARIABLE
from tests.desk.conftest import Database
from tests.desk.people_home import PASSWORD, SECRET, Home, home_on


@pytest.fixture
def home(database: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A desk that is running: its records are open while the commands work."""
    monkeypatch.setenv(VARIABLE, SECRET._master.hex())
    with home_on(database) as opened:
        yield opened


def call(database: Database, *words: str, stdin: str = "") -> Result:
    where = ["--data", str(database.folder), *(["--database", database.url] if database.url else [])]
    result = CliRunner().invoke(cli, ["desk", *words, *where], input=stdin)
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_link_made_here_lets_somebody_in_there(home: Home) -> None:
    home.records.keep("address", "https://desk.example")
    made = call(home.database, "user", "add", "--role", "technician")
    link = re.fullmatch(r"https://desk\.example/welcome/(cpei_[a-z2-7]{52})\n", made.stdout)
    assert link is not None
    session = home.people.session(home.people.accept(link[1], Chosen("Tomer", PASSWORD, "en")))
    assert session is not None
    assert (session.person.role, session.person.tenant) == (Role.TECHNICIAN, home.one)
    assert any(who.startswith("command:") and what == "invited" for who, what, _ in home.audited())


def test_an_account_at_once(home: Home) -> None:
    added = call(
        home.database, "user", "add", "Dana Levi", "--role", "senior", "--password-stdin", stdin=PASSWORD + "\n"
    )
    assert added.exit_code == 0
    home.people.log_in("dana levi", PASSWORD, "192.0.2.7")
    listed = call(home.database, "user", "list").stdout
    assert re.search(r"^\d+\tDana Levi\tsenior\t", listed, re.MULTILINE)
    again = call(
        home.database, "user", "add", "DANA levi", "--role", "senior", "--password-stdin", stdin=PASSWORD + "\n"
    )
    assert again.exit_code == 2
    assert "already" in again.stderr
    weak = call(home.database, "user", "add", "Omar", "--role", "senior", "--password-stdin", stdin="short\n")
    assert weak.exit_code == 2
    assert "12 characters" in weak.stderr
    for words in (["Omar"], ["--password-stdin"]):
        assert call(home.database, "user", "add", "--role", "senior", *words).exit_code == 2
    assert PASSWORD not in listed + added.output + again.output


def test_people_are_changed_while_the_desk_runs(home: Home) -> None:
    whose = home.give_password(Role.SENIOR)
    word = home.people.admit(whose, "password")
    assert call(home.database, "user", "role", whose.shown, "auditor").exit_code == 0
    assert home.people.session(word) is None
    word = home.people.admit(whose, "password")
    assert call(home.database, "user", "disable", whose.shown.upper()).exit_code == 0
    assert home.people.session(word) is None
    assert re.search(rf"^{whose.id}\t.*\tdisabled$", call(home.database, "user", "list").stdout, re.MULTILINE)
    assert call(home.database, "user", "enable", whose.shown).exit_code == 0
    link = call(home.database, "user", "reset", whose.shown).stdout.strip().rpartition("/")[2]
    home.people.accept(link, Chosen("", "five words in a row", "en"))
    home.people.log_in(whose.shown, "five words in a row", "192.0.2.7")
    with pytest.raises(Gone):
        home.people.invited(link)
    last = call(home.database, "user", "disable", home.person[home.one, Role.ADMINISTRATOR].shown)
    assert last.exit_code == 4
    assert "last administrator" in last.stderr
    for name in ("nobody", "", "\u202e", home.person[home.two, Role.SENIOR].shown):
        assert call(home.database, "user", "disable", name).exit_code == 2


def test_another_company(home: Home) -> None:
    theirs = home.person[home.two, Role.SENIOR]
    assert call(home.database, "user", "disable", theirs.shown, "--tenant", "two").exit_code == 0
    assert call(home.database, "user", "list", "--tenant", "three").exit_code == 2
    made = call(home.database, "user", "add", "--role", "administrator", "--tenant", "three", "--new-tenant")
    assert made.exit_code == 0
    invite, _ = home.people.invited(made.stdout.strip().rpartition("/")[2])
    assert invite.tenant not in (home.one, home.two)
    assert call(home.database, "user", "list", "--tenant", "three").stdout == ""
    assert call(home.database, "user", "add", "--role", "senior", "--new-tenant").exit_code == 2


def test_tokens(home: Home) -> None:
    word = call(home.database, "token", "add", "ticket system", "--may", "report.read", "--days", "30").stdout.strip()
    token = home.people.token(word)
    assert token is not None
    assert token.may == {"report.read"}
    assert token.expires == pytest.approx(time.time() + 30 * 86400, abs=600)
    everything = home.people.token(call(home.database, "token", "add", "all").stdout.strip())
    assert everything is not None
    assert everything.may == MAY[Role.INTEGRATION]
    listed = call(home.database, "token", "list").stdout
    assert word not in listed
    assert f"{token.id}\tticket system\t" in listed
    assert call(home.database, "token", "revoke", str(token.id)).exit_code == 0
    assert home.people.token(word) is None
    assert call(home.database, "token", "revoke", str(token.id)).exit_code == 2
    refused = call(home.database, "token", "add", "x", "--may", "people.manage")
    assert refused.exit_code == 2
    assert "report.read" in refused.stderr
    assert call(home.database, "token", "add", "").exit_code == 2


def test_tickets(home: Home) -> None:
    word = call(home.database, "ticket", "add", "--note", "in the program", "--days", "365").stdout.strip()
    ticket = home.people.ticket(word)
    assert ticket is not None
    assert (ticket.tenant, ticket.customer, ticket.case) == (home.one, None, None)
    listed = call(home.database, "ticket", "list").stdout
    assert listed.startswith(f"{ticket.id}\tin the program\t\t")
    assert word not in listed
    assert call(home.database, "ticket", "revoke", str(ticket.id)).exit_code == 0
    assert "revoked" in call(home.database, "ticket", "list").stdout
    assert call(home.database, "ticket", "add", "--case", "4F7K-2Q9X").exit_code == 2
    assert call(home.database, "ticket", "add", "--case", "no code").exit_code == 2
    assert call(home.database, "ticket", "add", "--customer", "99999").exit_code == 2


def test_migrate_makes_a_desk_and_leaves_a_good_one_alone(database: Database) -> None:
    first = call(database, "migrate")
    assert first.exit_code == 0
    assert HEAD in first.stderr
    assert (database.folder / NAME).exists()
    assert "already" in call(database, "migrate").stderr
    assert call(database, "user", "list").stdout == ""


def test_where_there_is_no_desk_none_is_made(database: Database) -> None:
    for words in (["user", "list"], ["token", "list"], ["ticket", "add"]):
        result = call(database, *words)
        assert result.exit_code == 4
        assert "desk serve" in result.stderr
    assert not database.folder.exists()


def test_a_database_of_another_version_or_secret_is_left_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import text

    assert call(home.database, "user", "list").exit_code == 0
    monkeypatch.setenv(VARIABLE, "ab" * 32)
    for words in (["user", "list"], ["migrate"]):
        result = call(home.database, *words)
        assert result.exit_code == 4
        assert "another secret" in result.stderr
    monkeypatch.setenv(VARIABLE, SECRET._master.hex())
    with home.records.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for words in (["user", "list"], ["migrate"]):
        result = call(home.database, *words)
        assert result.exit_code == 4
        assert "version" in result.stderr


def test_a_database_that_does_not_answer_is_told_in_a_sentence(database: Database, tmp_path: Any) -> None:
    if database.url is None:
        database.folder.mkdir()
        (database.folder / "desk.db").write_bytes(b"this is no database" * 1000)
        broken = database
    else:
        broken = database._replace(url=f"postgresql://nobody@/x?host={tmp_path}")
    result = call(broken, "migrate")
    assert result.exit_code == 4
    assert "cannot be used" in result.stderr
