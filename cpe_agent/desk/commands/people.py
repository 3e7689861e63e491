"""``cpe-agent desk user``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop
from cpe_agent.desk.commands.opened import by_command, people_at
from cpe_agent.desk.commands.options import data_options
from cpe_agent.words import LANGUAGES, SOURCE

if TYPE_CHECKING:
    from cpe_agent.desk.people.accounts import Account
    from cpe_agent.desk.people.managing import By
    from cpe_agent.desk.people.people import People

ROLES = ("representative", "senior", "technician", "network-centre", "administrator", "auditor")
tenant_option = click.option("--tenant", metavar="NAME", help="Of which company; without it, of the first.")


@click.group(help="Who may sign in, and in which role. It works while the desk runs.")
def user() -> None:
    pass


@user.command(help="Let a person in: prints a link that works once, behind which the person chooses a name and a "
              "password. With NAME and --password-stdin the account is there at once.")  # fmt: skip
@click.argument("name", required=False)
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--lang", type=click.Choice(LANGUAGES), default=SOURCE, show_default=True, help="Of the interface.")
@click.option("--new-tenant", is_flag=True, help="Make the tenant first.")
@tenant_option
@data_options
def add(
    name: str | None, role: str, password_stdin: bool, lang: str, new_tenant: bool, tenant: str | None,
    data: Path | None, database: str | None,
) -> None:  # fmt: skip
    from cpe_agent.desk.people import managing
    from cpe_agent.desk.people.roles import Role

    if bool(name) != password_stdin:
        raise Stop("NAME and --password-stdin go together; with neither, a link is made", USAGE)
    with people_at(data, database) as people:
        if new_tenant:
            _make_tenant(people, tenant)
        by = by_command(people, tenant)
        if not name:
            click.echo(_link(people, managing.invite(people, by, Role(role))))
            return
        password = sys.stdin.readline().rstrip("\r\n")
        click.echo(f"{_added(people, by, name, Role(role), lang, password)}\t{name}")


@user.command("list", help="Everybody, newest first: number, name, role, last seen, and whether disabled.")
@tenant_option
@data_options
def list_(tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import accounts

    with people_at(data, database) as people:
        by, before = by_command(people, tenant), None
        while True:
            with people.records.read() as connection:
                rows = accounts.people_of(connection, by.tenant, before=before, limit=500)
            for row in rows:
                state = "disabled" if row.disabled is not None else ""
                click.echo(f"{row.id}\t{row.shown}\t{row.role}\t{moment(row.seen)}\t{state}".rstrip())
            if len(rows) < 500:
                return
            before = rows[-1].id


@user.command(help="End a person's sessions and let that person in no more.")
@click.argument("name")
@tenant_option
@data_options
def disable(name: str, tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import managing

    with people_at(data, database) as people:
        _change(people, name, tenant, lambda by, found: managing.disable(people, by, found.id))


@user.command(help="Let a disabled person in again.")
@click.argument("name")
@tenant_option
@data_options
def enable(name: str, tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import managing

    with people_at(data, database) as people:
        _change(people, name, tenant, lambda by, found: managing.enable(people, by, found.id))


@user.command("role", help="Give a person another role; open sessions end.")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@tenant_option
@data_options
def role_(name: str, role: str, tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import managing
    from cpe_agent.desk.people.roles import Role

    with people_at(data, database) as people:
        _change(people, name, tenant, lambda by, found: managing.set_role(people, by, found.id, Role(role)))


@user.command(help="Print a link behind which a person chooses a new password; the old one holds until then.")
@click.argument("name")
@tenant_option
@data_options
def reset(name: str, tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import managing

    with people_at(data, database) as people:
        word = _change(people, name, tenant, lambda by, found: managing.reset(people, by, found.id))
        click.echo(_link(people, word))


def moment(seconds: float | None) -> str:
    return "never" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%MZ}"


def _change(people: People, name: str, tenant: str | None, change: Callable[[By, Account], Any]) -> Any:
    from cpe_agent.desk.people import accounts, managing
    from cpe_agent.desk.people.names import BadName

    by = by_command(people, tenant)
    try:
        with people.records.read() as connection:
            found = accounts.by_name(connection, name)
        if found is None:
            raise managing.NotFound
        return change(by, found)
    except (managing.NotFound, BadName):
        raise Stop(f"there is nobody named {name!r}", USAGE) from None
    except accounts.LastAdministrator:
        raise Stop("this is the last administrator; make somebody else one first", CANNOT_RUN) from None


def _added(people: People, by: By, name: str, role: Any, language: str, password: str) -> int:
    from cpe_agent.desk.people import managing
    from cpe_agent.desk.people.accounts import Taken
    from cpe_agent.desk.people.names import BadName
    from cpe_agent.desk.people.passwords import weakness
    from cpe_agent.words import phrase

    if (why := weakness(password, name)) is not None:
        raise Stop(phrase("desk_people", why), USAGE)
    try:
        return managing.add_person(people, by, name, role, language, password)
    except Taken:
        raise Stop(f"somebody is named {name!r} already", USAGE) from None
    except BadName:
        raise Stop(phrase("desk_people", "welcome.name.bad"), USAGE) from None


def _make_tenant(people: People, tenant: str | None) -> None:
    from cpe_agent.desk.people.names import BadName
    from cpe_agent.desk.people.tenants import add_tenant, tenant_named

    if not tenant:
        raise Stop("--new-tenant needs --tenant NAME", USAGE)
    try:
        with people.records.write() as connection:
            if tenant_named(connection, tenant) is None:
                add_tenant(connection, people.audit, people.now(), tenant)
    except BadName:
        raise Stop(f"{tenant!r} cannot be a name", USAGE) from None


def _link(people: People, word: str) -> str:
    """At the address that the desk was last started with."""
    return f"{people.records.setting('address') or ''}/welcome/{word}"
