"""``cpe-agent desk purge``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.commands.stop import USAGE, Stop
from cpe_agent.desk.commands.keeper import customer_named, desk_at
from cpe_agent.desk.commands.opened import by_command
from cpe_agent.desk.commands.options import data_options


@click.command(
    help="Delete what has been kept long enough: contents of reports after 90 days, what was found in them, notes and "
    "customers after 13 months, sessions and invitations that are over. Run it once a day.\n\nWith --customer: erase "
    "everything that tells who this one is, at once, here and in every backup."
)
@click.option("--days", metavar="N", type=click.IntRange(1, 3650), default=90, show_default=True, help="Contents.")
@click.option("--months", metavar="N", type=click.IntRange(1, 240), default=13, show_default=True, help="The rest.")
@click.option("--customer", metavar="WHO", help="His telephone or customer number, or customer:N.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for the audit; needed with --customer.")
@click.option("--tenant", metavar="NAME", help="The customer's company; without it, the first.")
@data_options
def purge(
    days: int, months: int, customer: str | None, reason: str, tenant: str | None, data: Path | None,
    database: str | None,
) -> None:  # fmt: skip
    from cpe_agent.desk.keeping import erasing, retention

    if customer is not None and not reason.strip():
        raise Stop("--customer needs a --reason: it stands in the audit", USAGE)
    with desk_at(data, database) as desk:
        if customer is not None:
            by = by_command(desk.people, tenant)
            number = customer_named(desk, by.tenant, customer)
            erasing.erase_customer(desk, by.tenant, number, by.who, reason)
            click.echo(
                f"customer:{number} is erased. A backup needs this list to know it: {desk.vault.list_of_erasures}"
            )
            return
        done = retention.purge(desk, body_days=days, months=months)
    click.echo(f"{done.bodies} contents of reports, {done.keys} keys of past months")
    click.echo(f"{done.months} parts of the archive, {done.notes} notes, {done.customers} customers")
    click.echo(f"{done.sessions} sessions and invitations")
