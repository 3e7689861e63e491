"""``cpe-agent desk reconcile``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.commands.stop import FAULT
from cpe_agent.desk.commands.keeper import desk_at
from cpe_agent.desk.commands.options import data_options

MOST_SHOWN = 50


@click.command(
    help="Prove that everything that was accepted is stored and can be read: every report is opened and held against "
    "its hash. What can be mended is mended. Exit status 1 when something is missing."
)
@data_options
def reconcile(data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.keeping.proving import prove

    with desk_at(data, database) as desk:
        proven = prove(desk)
    found = proven.reports
    click.echo(f"{found.rows} reports; {found.proven} proven byte for byte; {found.gone} purged or erased on purpose")
    click.echo(f"{found.waiting} wait to be judged; {found.requeued} were not in line for it and are now")
    if proven.customers or proven.contents:
        click.echo(f"{proven.customers} customers and {proven.contents} contents were erased before, and are once more")
    for one in found.wrong[:MOST_SHOWN]:
        more = f" and {one.many - 1} after it" if one.many > 1 else ""
        click.echo(f"MISSING  report {one.seq}{more}: {one.what}{': ' if one.why else ''}{one.why}")
    if len(found.wrong) > MOST_SHOWN:
        click.echo(f"MISSING  {sum(one.many for one in found.wrong)} in all")
    for text in found.damaged:
        click.echo(f"DAMAGED  {text}")
    for text in proven.chains:
        click.echo(f"CHANGED  the audit of {text}")
    if not proven.whole:
        raise click.exceptions.Exit(FAULT)
    click.echo("nothing is missing")
