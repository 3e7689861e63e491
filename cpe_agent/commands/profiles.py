"""``profile check`` and ``profile example``."""

from __future__ import annotations

import os.path
from pathlib import Path

import click

from cpe_agent.commands.inputs import profile_of
from cpe_agent.commands.stop import USAGE, Stop


@click.group(help="The ISP's profile: whose customers they are, what is probed, where reports go.")
def profile() -> None:
    pass


@profile.command(
    name="check",
    short_help="Check a profile file and say what it holds.",
    help="Check a profile file and say what it holds. 'cpe-agent profile example' prints one with every key explained "
    "(docs/profile.md). The icon is looked for only; packing checks the drawing.",
)
@click.argument("file", type=click.Path(path_type=Path))
def profile_check(file: Path) -> None:
    from cpe_agent.profile import look_of
    from cpe_agent.words import LANGUAGES

    plan, desk = profile_of(file)
    look = look_of(file)
    icon = file.parent / look.icon
    if look.icon and not os.path.isfile(icon):  # of any name: that of pathlib raises for some
        raise Stop(f"{file}: look.icon: there is no file {icon}; a build needs it", USAGE)
    ours = "the program's own"
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
        f"  desk            {', '.join(desk.urls) if desk is not None else '(none: reports stay here)'}\n"
        "of a build of your own:\n"
        f"  name            {look.name or 'cpe-agent'}\n"
        f"  icon            {f'{look.icon} (packing checks the drawing)' if look.icon else ours}\n"
        f"  colours         {' and '.join(look.accent) or ours}\n"
        f"  contact         {look.contact or '(none)'}\n"
        f"  languages       {', '.join(look.languages or LANGUAGES)}"
    )


@profile.command(name="example", help="Print a whole profile: every table and key, what it is for, its default.")
def profile_example() -> None:
    from cpe_agent.profile_example import EXAMPLE

    click.echo(EXAMPLE, nl=False)
