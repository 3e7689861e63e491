"""``profile check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_agent.commands.inputs import profile_of

if TYPE_CHECKING:
    pass


@click.group(help="The ISP's profile.")
def profile() -> None:
    pass


@profile.command(name="check", help="Check a profile file and say what it holds.")
@click.argument("file", type=click.Path(path_type=Path))
def profile_check(file: Path) -> None:
    plan, desk = profile_of(file)
    click.echo(
        f"{file} is a usable profile.\n"
        f"  provider        {plan.isp_name or '(not named)'}\n"
        f"  line's owner    {plan.infrastructure or 'the provider itself'}\n"
        f"  router's owner  {plan.cpe_owner or 'not said: its faults are for the customer'}\n"
        f"  homes connect   by {plan.wan}\n"
        f"  resolvers       {', '.join(plan.resolvers) or '(none listed)'}\n"
        f"  concentrators   {', '.join(plan.concentrators) or '(none listed)'}\n"
        f"  walled garden   {', '.join(plan.walled_garden) or '(none listed)'}\n"
        f"  literals        {len(plan.literals)} of {len({t.network for t in plan.literals})} networks\n"
        f"  domestic        {', '.join(t.address for t in plan.domestic) or '(none listed)'}\n"
        f"  checks          {len(plan.captive)} captive, {len(plan.https)} encrypted, {len(plan.names)} names\n"
        f"  desk            {', '.join(desk.urls) if desk is not None else '(none: reports stay here)'}"
    )
