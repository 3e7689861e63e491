"""``cpe-agent desk token``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.commands.stop import USAGE, Stop
from cpe_agent.desk.commands.opened import DAY_S, by_command, people_at
from cpe_agent.desk.commands.options import data_options
from cpe_agent.desk.commands.people import moment, tenant_option


@click.group(help="API tokens of the provider's own programs. It works while the desk runs.")
def token() -> None:
    pass


@token.command(help="Make a token for another program and print it: it is shown this one time.")
@click.argument("name")
@click.option("--may", "permissions", multiple=True, metavar="PERMISSION",
              help="Only this, such as report.read; again for more. Without it, all.")  # fmt: skip
@click.option("--days", type=click.IntRange(1, 3650), help="How long it holds; without it, until it is revoked.")
@tenant_option
@data_options
def add(
    name: str, permissions: tuple[str, ...], days: int | None, tenant: str | None, data: Path | None,
    database: str | None,
) -> None:  # fmt: skip
    from cpe_agent.desk.people import managing
    from cpe_agent.desk.people.names import BadName
    from cpe_agent.desk.people.roles import MAY, Permission, Role

    allowed = sorted(MAY[Role.INTEGRATION])
    if unknown := [name for name in permissions if name not in allowed]:
        raise Stop(f"{unknown[0]!r} is none of {', '.join(allowed)}", USAGE)
    with people_at(data, database) as people:
        by = by_command(people, tenant)
        expires = people.now() + days * DAY_S if days else None
        try:
            _, word = managing.add_token(people, by, name, {Permission(p) for p in permissions} or None, expires)
        except BadName:
            raise Stop(f"{name!r} cannot be a name", USAGE) from None
        click.echo(word)


@token.command("list", help="Number, name, last use, end, what it may; newest first.")
@tenant_option
@data_options
def list_(tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import tokens

    with people_at(data, database) as people:
        by = by_command(people, tenant)
        with people.records.read() as connection:
            rows = tokens.tokens_of(connection, by.tenant, limit=1000)
        for row in rows:
            end = f"revoked {moment(row.revoked)}" if row.revoked is not None else moment(row.expires)
            click.echo(f"{row.id}\t{row.name}\t{moment(row.seen)}\t{end}\t{row.permissions or 'all'}")


@token.command(help="End a token, by its number in the list.")
@click.argument("number", type=int)
@tenant_option
@data_options
def revoke(number: int, tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import managing

    with people_at(data, database) as people:
        try:
            managing.revoke_token(people, by_command(people, tenant), number)
        except managing.NotFound:
            raise Stop(f"no token {number} is in use", USAGE) from None
