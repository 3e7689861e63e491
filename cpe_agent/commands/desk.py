"""``cpe-agent desk``: the server and what its keeper does beside it. What it needs is the extra ``[desk]``."""

from __future__ import annotations

from importlib import import_module

import click

from cpe_agent.commands.stop import CANNOT_RUN, Stop
from cpe_agent.packed import FROZEN

COMMANDS = {
    # name -> its module below cpe_agent.desk.commands, its name there, what --help says of it here
    "serve": ("serve", "serve", "Start the desk."),
    "user": ("people", "user", "Who may sign in, and in which role."),
    "ticket": ("tickets", "ticket", "Upload tickets: with one, a report is verified."),
    "token": ("tokens", "token", "API tokens of the provider's own programs."),
    "migrate": ("migrate", "migrate", "Bring the database up to date."),
    "backup": ("backup", "backup", "Copy the data while the desk runs."),
    "reconcile": ("reconcile", "reconcile", "Prove that everything accepted is there."),
    "purge": ("purge", "purge", "Delete what has been kept long enough."),
    "export": ("export", "export", "Reports as CSV, or all that is kept of one customer."),
}
NEEDED = frozenset(
    {"litestar", "msgspec", "uvicorn", "jinja2", "sqlalchemy", "zstandard", "argon2", "cryptography", "phonenumbers"}
)


class _Desk(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        try:
            command: click.Command = getattr(import_module(f"cpe_agent.desk.commands.{module}"), name)
        except ModuleNotFoundError as error:
            if FROZEN:
                raise Stop("the desk is a server: install it with pip install 'cpe-agent[desk]'", CANNOT_RUN) from None
            if (error.name or "").partition(".")[0] in NEEDED:
                raise Stop("the desk needs more packages: pip install 'cpe-agent[desk]'", CANNOT_RUN) from None
            raise
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, _, told) in COMMANDS.items()])


@click.group(
    cls=_Desk,
    help="The support desk: takes customers' reports in and shows a representative the finding.\n\n"
    "'cpe-agent desk serve' starts it on SQLite, without any set-up; '--demo' fills it with examples.",
)
def desk() -> None:
    pass
