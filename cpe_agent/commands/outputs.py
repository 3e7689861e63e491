"""What a command gives: an answer on stdout, a file, a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_agent import ending
from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop
from cpe_agent.terminal import columns, screen, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.profile import Desk
    from cpe_agent.report import Report


def answer(say: Callable[[], None]) -> str | None:
    """Print the answer. When stdout is closed, full or gone, the reason; the file of --output can still be written."""
    if sys.stdout is None:
        return "stdout is closed"
    try:
        say()
        sys.stdout.flush()
    except OSError as error:
        ending.hush_stdout()
        return error.strerror
    return None


def show_card(report: Report, language: str) -> None:
    from cpe_agent.card import card

    click.echo(card(report, language=language, **screen()), nl=False)


def draw(
    report: Report,
    data: bytes,
    desk: Desk | None,
    lang: str,
    *,
    full: bool = False,
    output: Path | None = None,
    instead: str = "add --output FILE.svg",
) -> None:
    """``instead``: what to do where the terminal cannot show it."""
    from cpe_agent.deliver.qr_command import CannotShow, as_files, beside, on_terminal, pictures
    from cpe_agent.words import phrase

    shown = pictures(data, desk, full=full, language=lang)
    look = {**screen(), "width": columns()}
    try:
        for path, picture in as_files(shown, output, lang) if output is not None else ():
            write(path, picture, end=b"")
            click.echo(f"written: {path}")
        for frame in shown if output is None else ():
            click.echo(on_terminal(frame, **look, instead=instead))
            if frame.order < frame.count:
                click.pause(phrase("picture", "of", lang).format(order=frame.order, count=frame.count))
    except CannotShow as error:
        raise Stop(str(error), USAGE) from None
    click.echo(beside(shown, report, width=width(), language=lang), nl=False)


def write(path: Path, data: bytes, end: bytes = b"\n") -> None:
    from cpe_agent.deliver.file import write

    try:
        write(path, data + end)
    except OSError as error:
        raise Stop(f"{path}: cannot be written: {error.strerror}", CANNOT_RUN) from None
