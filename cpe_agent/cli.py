"""The command line. stdout carries the answer, stderr the progress."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from cpe_agent.commands.stop import ending_well
from cpe_agent.packed import FROZEN, version

COMMANDS = {
    # name -> its module below cpe_agent.commands, its name there; in the order of --help
    "run": ("measure", "run"),
    "page": ("page", "page"),
    "explain": ("reports", "explain_"),
    "faults": ("reports", "faults_"),
    "decode": ("reports", "decode"),
    "qr": ("reports", "qr"),
    "judge": ("reports", "judge_"),
    "compare": ("reports", "compare"),
    "trace": ("line", "trace"),
    "login-test": ("line", "login_test"),
    "questionnaire": ("questionnaire", "questionnaire"),
    "send": ("sending", "send"),
    "outbox": ("sending", "outbox"),
    "record": ("measure", "record"),
    "replay": ("measure", "replay"),
    "profile": ("profiles", "profile"),
    "desk": ("desk", "desk"),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for name in COMMANDS if not (FROZEN and name == "desk")]  # no packed program carries the desk

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"cpe_agent.commands.{module}"), name)
        return command

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with ending_well():  # --help is answered here
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with ending_well():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Finds out why this computer is offline, and whose fault it is, in seconds and with the evidence.\n\n"
    "Without a command: the same as 'run'; opened by a double click: the same as 'page'. Exit status: 0 healthy, 1 a "
    "fault is named, 2 wrong usage, 3 inconclusive, 4 could not run.",
    epilog="Start with 'cpe-agent run'. 'cpe-agent explain FAULT' tells what a fault means, "
    "'cpe-agent decode CODE' reads the digits that a customer speaks.",
)
@click.version_option(version(), message="%(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        from cpe_agent.terminal import double_clicked

        command = cli.get_command(context, "page" if double_clicked() else "run")
        assert command is not None
        context.invoke(command)
