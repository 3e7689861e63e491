"""The manual page, cpe-agent(1), from the commands' own help; groff_man(7)."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from pack_plan import Plan

from cpe_agent import __version__
from cpe_agent.cli import cli

STATUS = {
    0: "healthy",
    1: "a fault is named",
    2: "wrong usage",
    3: "inconclusive: it cannot tell yet",
    4: "it could not run",
}


def man_page(plan: Plan) -> str:
    day = datetime.fromtimestamp(plan.epoch, UTC).strftime("%Y-%m-%d")
    lines = [
        f'.TH CPE-AGENT 1 {day} "cpe-agent {__version__}"',
        ".SH NAME", "cpe-agent \\- find out why this computer is offline",
        ".SH SYNOPSIS", ".B cpe-agent", "[\\fICOMMAND\\fR] [\\fIOPTION\\fR]...",
        ".SH DESCRIPTION", _plain(cli.help or ""), ".SH COMMANDS",
    ]  # fmt: skip
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None and name != "desk":
            lines += [".TP", f".B {_plain(name)}", _plain(command.get_short_help_str(200))]
    lines.append(".SH EXIT STATUS")
    for status, meaning in STATUS.items():
        lines += [".TP", f".B {status}", meaning]
    return "\n".join([*lines, ".SH SEE ALSO", ".BR ping (8), ip (8), resolvectl (1)", ""])


def _plain(text: str) -> str:
    """A dot or a quote at the beginning of a line would be a request."""
    words = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{words}" if words.startswith((".", "'")) else words
