"""The manual page, cpe-agent(1), from the commands' own help; groff_man(7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click
from pack_plan import Plan

from cpe_agent import __version__
from cpe_agent.cli import cli

IN_FULL = ("run", "page", "decode", "send")  # what people use; the others tell theirs by --help
STATUS = {
    "0": "healthy",
    "1": "a fault is named",
    "2": "wrong usage",
    "3": "inconclusive: it cannot tell yet",
    "4": "it could not run",
}
FILES = {
    "~/.local/state/cpe-agent/history.json": "What earlier runs found, for seven days and twenty runs at most; "
    "delete it at any time.",
    "~/.local/state/cpe-agent/outbox/": "Reports that wait for the provider's desk, and receipts of those it has; "
    "'cpe-agent outbox' lists, shows and forgets them.",
}
ENVIRONMENT = {
    "LC_ALL, LC_MESSAGES, LANG": "The language of the answer, where --lang gives none.",
    "NO_COLOR": "Set to anything: no colours.",
    "SSL_CERT_FILE, SSL_CERT_DIR": "Certificate authorities to trust instead of the system's.",
    "XDG_STATE_HOME": "The folder that stands for ~/.local/state.",
    "CPE_AGENT_DEBUG": "Set to 1: a defect of the program shows where it happened.",
}


def man_page(plan: Plan) -> str:
    day = datetime.fromtimestamp(plan.epoch, UTC).strftime("%Y-%m-%d")
    context = click.Context(cli, info_name="cpe-agent")
    commands = {name: command for name in cli.list_commands(context) if (command := cli.get_command(context, name))}
    del commands["desk"]  # no packed program carries it
    lines = [
        f'.TH CPE-AGENT 1 {day} "cpe-agent {__version__}"',
        ".SH NAME", "cpe-agent \\- find out why this computer is offline",
        ".SH SYNOPSIS", ".B cpe-agent", "[\\fICOMMAND\\fR] [\\fIOPTION\\fR]...",
        ".SH DESCRIPTION", *_paragraphs(cli.help or ""),
        ".SH COMMANDS", "Each tells its options by", ".BR \\-\\-help ;", f"those of {', '.join(IN_FULL)} stand below.",
        *_listed({name: command.get_short_help_str(200) for name, command in commands.items()}),
        ".SH OPTIONS",
    ]  # fmt: skip
    for name in IN_FULL:
        lines += _options(name, commands[name], context)
    return "\n".join(
        [
            *lines,
            ".SH EXIT STATUS", *_listed(STATUS), ".SH FILES", *_listed(FILES), ".SH ENVIRONMENT", *_listed(ENVIRONMENT),
            ".SH SEE ALSO", ".BR ping (8),", ".BR ip (8),", ".BR resolvectl (1)", "",
        ]
    )  # fmt: skip


def _options(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, parent, name)
    yield f'.SS "{_plain(" ".join(["cpe-agent", name, *command.collect_usage_pieces(context)]))}"'
    yield from _paragraphs(command.help or "")
    options = (option for option in command.params if isinstance(option, click.Option))
    yield from _listed(dict(told for option in options if (told := option.get_help_record(context)) is not None))


def _listed(told: dict[str, str]) -> Iterator[str]:
    for name, meaning in told.items():
        yield from (".TP", f".B {_plain(name)}", _plain(meaning))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield from (".PP", _plain(paragraph))


def _plain(text: str) -> str:
    """As it stands: a dot or a quote at the beginning of a line would be a request, ``"`` an argument's end, ``~`` and
    ``'`` other characters of the font."""
    words = " ".join(text.split())
    for character, escape in (("\\", "\\e"), ("-", "\\-"), ('"', "\\(dq"), ("~", "\\(ti"), ("'", "\\(aq")):
        words = words.replace(character, escape)
    return f"\\&{words}" if words.startswith(".") else words
