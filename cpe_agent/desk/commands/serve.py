"""``cpe-agent desk serve``."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop
from cpe_agent.desk.card.records import Provider
from cpe_agent.desk.commands.options import data_options, settings_of
from cpe_agent.profile import BadProfile, read_profile


@click.command(
    help="Start the desk: one process, on SQLite unless --database names PostgreSQL. The first start makes what it "
    "needs and prints a link that makes you its first administrator.",
)
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:8642", show_default=True, help="Where it answers.")
@click.option("--public-url", metavar="URL", help="What people and customers' programs call it, when that differs.")
@click.option(
    "--profile", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="The provider's profile: its name, telephone, the line's owner and whose the routers are, for the cards.",
)  # fmt: skip
@click.option(
    "--webhook-target",
    "targets",
    metavar="HOST",
    multiple=True,
    envvar="CPE_AGENT_DESK_WEBHOOK_TARGETS",
    help="A host, or an address, that webhooks may go to; repeat it for more. Addresses inside the house must be "
    "listed themselves. In the environment: with blanks between them.",
)
@click.option("--log", metavar="FILE", help="A JSON line for every request into this file; - for stderr.")
@data_options
@click.option("--demo", is_flag=True, help="Fill it with the reports of twenty broken homes, and people of every role.")
def serve(
    listen: str, public_url: str | None, profile: Path | None, targets: tuple[str, ...], log: str | None,
    data: Path | None, database: str | None, demo: bool,
) -> None:  # fmt: skip
    from cpe_agent.desk.serve import CannotStart, run

    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise Stop(f"--listen {listen!r} is no HOST:PORT, such as 127.0.0.1:8642", USAGE)
    settings = settings_of(
        data,
        database,
        host=host.strip("[]"),
        port=int(port),
        public_url=public_url,
        provider=_provider(profile),
        webhook_targets=targets,
        log=log,
    )
    try:
        run(settings, demo=demo)
    except CannotStart as error:
        raise Stop(str(error), CANNOT_RUN) from None


def _provider(profile: Path | None) -> Provider | None:
    if profile is None:
        return None
    try:
        plan = read_profile(profile).plan
    except BadProfile as error:
        raise Stop(str(error), USAGE) from None
    return Provider(plan.isp_name, plan.support_phone, plan.infrastructure, plan.cpe_owner)
