"""``cpe-agent desk ticket``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.commands.stop import USAGE, Stop
from cpe_agent.desk.commands.opened import DAY_S, by_command, people_at
from cpe_agent.desk.commands.options import data_options
from cpe_agent.desk.commands.people import moment, tenant_option


@click.group(help="Upload tickets: with one, a report is verified. It works while the desk runs.")
def ticket() -> None:
    pass


@ticket.command(help="Make a ticket and print it: it is shown this one time. Without --customer and --case it is a "
                "general enrolment, to be built into a provider's program.")  # fmt: skip
@click.option("--customer", type=int, metavar="NUMBER", help="The desk's row of a customer.")
@click.option("--case", "case", metavar="CODE", help="A case code.")
@click.option("--note", help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How long it holds.")
@tenant_option
@data_options
def add(
    customer: int | None, case: str | None, note: str | None, days: int, tenant: str | None, data: Path | None,
    database: str | None,
) -> None:  # fmt: skip
    from cpe_agent.case_code import read_case_code
    from cpe_agent.desk.people import managing
    from cpe_agent.desk.people.names import BadName
    from cpe_agent.desk.people.tickets import NotHere

    code = read_case_code(case) if case else None
    if case and code is None:
        raise Stop(f"{case!r} is no case code", USAGE)
    with people_at(data, database) as people:
        by, expires = by_command(people, tenant), people.now() + days * DAY_S
        try:
            _, word = managing.add_ticket(people, by, expires=expires, customer=customer, case=code, note=note)
        except NotHere as missing:
            raise Stop(f"there is no such customer or case: {missing}", USAGE) from None
        except BadName:
            raise Stop("this note cannot be kept", USAGE) from None
        click.echo(word)


@ticket.command("list", help="Number, note, case, made, end; newest first.")
@tenant_option
@data_options
def list_(tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import tickets

    with people_at(data, database) as people:
        by, before = by_command(people, tenant), None
        while True:
            with people.records.read() as connection:
                rows = tickets.tickets_of(connection, by.tenant, before=before, limit=500)
            for row in rows:
                end = f"revoked {moment(row.revoked)}" if row.revoked is not None else moment(row.expires)
                click.echo(f"{row.id}\t{row.note or ''}\t{row.case or ''}\t{moment(row.created)}\t{end}")
            if len(rows) < 500:
                return
            before = rows[-1].id


@ticket.command(help="End a ticket, by its number in the list.")
@click.argument("number", type=int)
@tenant_option
@data_options
def revoke(number: int, tenant: str | None, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.people import managing

    with people_at(data, database) as people:
        try:
            managing.revoke_ticket(people, by_command(people, tenant), number)
        except managing.NotFound:
            raise Stop(f"no ticket {number} is in use", USAGE) from None
