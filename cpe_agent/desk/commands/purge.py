"""``cpe-agent desk purge``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.desk.commands.keeper import desk_at
from cpe_agent.desk.commands.options import data_options


@click.command(
    help="Delete what has been kept long enough: contents of reports after 90 days, what was found in them, notes and "
    "customers after 13 months, sessions and invitations that are over. Run it once a day."
)
@click.option("--days", metavar="N", type=click.IntRange(1, 3650), default=90, show_default=True, help="Contents.")
@click.option("--months", metavar="N", type=click.IntRange(1, 240), default=13, show_default=True, help="The rest.")
@data_options
def purge(days: int, months: int, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.keeping import retention

    with desk_at(data, database) as desk:
        done = retention.purge(desk, body_days=days, months=months)
    click.echo(f"{done.bodies} contents of reports, {done.keys} keys of past months")
    click.echo(f"{done.months} parts of the archive, {done.notes} notes, {done.customers} customers")
    click.echo(f"{done.sessions} sessions and invitations")
