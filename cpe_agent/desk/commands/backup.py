"""``cpe-agent desk backup``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from cpe_agent.commands.stop import CANNOT_RUN, FAULT, Stop
from cpe_agent.desk.commands.options import data_options, settings_of

_FOLDER = click.Path(path_type=Path)


@click.command(
    help="Copy the data into a new folder FOLDER while the desk runs. The keys of personal data are not in it: --keys "
    "copies them to another place, and desk.secret is copied by hand, once, to a third. Whoever has all three can read "
    "everything; whoever lacks one, nothing."
)
@click.argument("folder", type=_FOLDER)
@click.option("--keys", metavar="FOLDER", type=_FOLDER, help="Copy the keys there too: another disk, another house.")
@click.option("--check", is_flag=True, help="Copy nothing: is the backup in FOLDER as it was written?")
@data_options
def backup(folder: Path, keys: Path | None, check: bool, data: Path | None, database: str | None) -> None:
    from cpe_agent.desk.keeping.backup import CannotBackUp, back_up, damaged

    if check:
        if found := damaged(folder):
            raise Stop(f"{folder}: not as it was written: {', '.join(found)}", FAULT)
        click.echo(f"{folder} is as it was written")
        return
    try:
        copied, copied_keys = back_up(settings_of(data, database), folder, keys, time.time())
    except CannotBackUp as error:
        raise Stop(str(error), CANNOT_RUN) from None
    except OSError as error:
        raise Stop(f"the backup could not be written: {error}", CANNOT_RUN) from None
    for one in filter(None, (copied, copied_keys)):
        click.echo(f"{one.folder}: {one.files} files, {one.bytes >> 20} MiB")
    if copied_keys is None:
        click.echo(
            "The keys are not in it: without a copy of them (--keys) and of desk.secret nobody can read it.", err=True
        )
