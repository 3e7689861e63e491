"""``cpe-agent desk export``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop, ending_well
from cpe_agent.desk.commands.keeper import customer_named, desk_at
from cpe_agent.desk.commands.opened import by_command
from cpe_agent.desk.commands.options import data_options

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    help="Write the reports as CSV, or, with --customer, everything that is kept of one customer as JSON: what he may "
    "ask for. Both stand in the audit."
)
@click.option("--customer", metavar="WHO", help="His telephone or customer number, or customer:N.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for the audit; needed with --customer.")
@click.option("--since", metavar="YYYY-MM-DD", type=_DAY, help="Received on this day (UTC) or later.")
@click.option("--until", metavar="YYYY-MM-DD", type=_DAY, help="Received before this day (UTC).")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Instead of stdout.")
@click.option("--tenant", metavar="NAME", help="Of which company; without it, of the first.")
@data_options
def export(
    customer: str | None, reason: str, since: datetime | None, until: datetime | None, output: Path | None,
    tenant: str | None, data: Path | None, database: str | None,
) -> None:  # fmt: skip
    from cpe_agent.desk.keeping.export import customer_json, reports_csv

    if customer is not None and not reason.strip():
        raise Stop("--customer needs a --reason: it stands in the audit", USAGE)
    with desk_at(data, database) as desk:
        by = by_command(desk.people, tenant)
        pieces: Iterable[str] | None
        if customer is None:
            first, last = _seconds(since, 0.0), _seconds(until, float("inf"))
            pieces = reports_csv(desk, by.tenant, by.who, since=first, until=last, reason=reason)
        else:
            pieces = customer_json(desk, by.tenant, customer_named(desk, by.tenant, customer), by.who, reason)
        assert pieces is not None  # he was there a moment ago
        if output is None:
            with ending_well():
                for piece in pieces:
                    click.echo(piece, nl=False)
        else:
            _into(output, pieces)


def _seconds(day: datetime | None, otherwise: float) -> float:
    from datetime import UTC

    return otherwise if day is None else day.replace(tzinfo=UTC).timestamp()


def _into(output: Path, pieces: Iterable[str]) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    partial = output.with_name(f".{output.name}.{os.urandom(6).hex()}")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    except OSError as error:
        raise Stop(f"{output} could not be written: {error.strerror}", CANNOT_RUN) from None
    finally:
        partial.unlink(missing_ok=True)
