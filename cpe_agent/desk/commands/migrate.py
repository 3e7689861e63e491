"""``cpe-agent desk migrate``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.commands.stop import CANNOT_RUN, Stop
from cpe_agent.desk.commands.options import data_options, settings_of


@click.command(
    help="Make the database of the records, or bring an older one up to date. 'desk serve' does it by itself."
)
@data_options
def migrate(data: Path | None, database: str | None) -> None:
    from sqlalchemy.exc import DBAPIError

    from cpe_agent.desk.records.store import HEAD, Newer, Records, records_url
    from cpe_agent.desk.secret import NoSecret, belongs, open_secret

    settings = settings_of(data, database)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    records = Records(records_url(settings.data, settings.database))
    try:
        changed = records.migrate()
        belongs(open_secret(settings.data), records)
    except (Newer, NoSecret) as error:
        raise Stop(str(error), CANNOT_RUN) from None
    except DBAPIError as error:
        told = " ".join(str(error.orig).split())
        raise Stop(f"the database cannot be used: {told}", CANNOT_RUN) from None
    finally:
        records.close()
    click.echo(f"the records are at {HEAD}" if changed else f"the records were at {HEAD} already", err=True)
