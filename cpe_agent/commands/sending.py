"""``send`` and ``outbox``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpe_agent import ending
from cpe_agent.commands.inputs import profile_of, read
from cpe_agent.commands.options import language_option, profile_option
from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(
    name="send",
    short_help="Send what is kept here to the provider.",
    help="Send the reports that are kept on this computer to the provider's desk; with REPORT.json also that one.\n\n"
    "Exit status: 0 all are sent, 3 something is still kept, 4 could not run.",
)
@click.argument("report", type=click.Path(path_type=Path), required=False)
@profile_option
@click.option("--all", "everything", is_flag=True, help="Also what waits for its next try, and what was refused.")
@click.option("--wait", type=click.IntRange(0, 10_080), default=0, help="Go on for so many minutes.")
@click.option("--quiet", is_flag=True, help="Say nothing.")
@language_option
def send(report: Path | None, profile_file: Path | None, everything: bool, wait: int, quiet: bool, lang: str) -> None:
    with _delivering() as command:
        desk = profile_of(profile_file).desk
        data = None if report is None else read(report)
        ending.stop_in_order()
        say = (lambda _line: None) if quiet else click.echo
        sys.exit(command.send(desk, data, everything=everything, wait_s=wait * 60, say=say, language=lang))


@click.group(
    short_help="What waits to be sent.",
    help="The reports on this computer that wait for the provider's desk, and receipts of those it has.",
)
def outbox() -> None:
    pass


@outbox.command(name="list", help="One line a report.")
@language_option
def outbox_list(lang: str) -> None:
    with _delivering() as command:
        click.echo("\n".join(command.listed(command.outbox_here(lang), lang)))


@outbox.command(name="show", help="Print a report as it was or will be sent. ID: its beginning or its end will do.")
@click.argument("wanted", metavar="ID")
@language_option
def outbox_show(wanted: str, lang: str) -> None:
    with _delivering() as command:
        data, sentence = command.shown(command.outbox_here(lang), wanted, lang)
        click.echo(sentence, err=data is not None)
        if data is not None:
            click.echo(data)


@outbox.command(name="forget", help="Delete a report, or with --all everything, from this computer.")
@click.argument("wanted", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything, receipts and damaged files too.")
@language_option
def outbox_forget(wanted: str | None, everything: bool, lang: str) -> None:
    with _delivering() as command:
        done = command.forgotten(command.outbox_here(lang), wanted, everything=everything, language=lang)
        click.echo("\n".join(done))


@outbox.command(
    name="task", help="Should what waits be sent by itself after you log in to this computer? Default: off."
)
@click.argument("word", type=click.Choice(("on", "off", "status")))
@profile_option
@language_option
def outbox_task(word: str, profile_file: Path | None, lang: str) -> None:
    with _delivering() as command:
        has_desk = profile_of(profile_file).desk is not None
        click.echo(command.task(word, profile_file, has_desk=has_desk, language=lang))


@contextmanager
def _delivering() -> Iterator[Any]:
    """``cpe_agent.deliver.command``, what it cannot do as sentences and statuses."""
    from cpe_agent.deliver import command

    try:
        yield command
    except command.WrongUse as error:
        raise Stop(str(error), USAGE) from None
    except command.CannotRun as error:
        raise Stop(str(error), CANNOT_RUN) from None
