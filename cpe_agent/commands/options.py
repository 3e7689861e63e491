"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpe_agent.language import spoken
from cpe_agent.words import LANGUAGES

COMPLAINTS = ("no-internet", "slow", "drops", "site", "other")

language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), callback=lambda _context, _option, value: spoken(value),
    help="Language of the answer. Default: the system's.",
)  # fmt: skip
profile_option = click.option(
    "--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML)."
)


def measuring_options(command: Any) -> Any:
    """What ``run`` and ``record`` share."""
    for option in reversed(
        (
            click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object, nothing else."),
            click.option("--output", type=click.Path(path_type=Path), help="Also write the JSON report to this file."),
            click.option("--deep", is_flag=True, help="Measure everything to its end, up to 20 s."),
            click.option("--budget", type=float, help="Seconds the run may take, 0.2 to 120 (8; deep 20)."),
            profile_option,
            click.option("--case", help="Case code to put into the report."),
            click.option("--complaint", type=click.Choice(COMPLAINTS), help="What the customer complains about."),
            click.option(
                "--answer",
                multiple=True,
                metavar="KEY=VALUE",
                help="What you saw or were told, for example line-lamp=off; repeatable. '--answer help' lists them.",
            ),
            click.option("--target", metavar="HOST-OR-URL", help="A site that does not open."),
            click.option("--no-history", is_flag=True, help="Neither read nor keep what runs on this computer found."),
            click.option(
                "--no-upload", is_flag=True, help="Send no report to the provider's desk, and keep none for it."
            ),
            language_option,
        )
    ):
        command = option(command)
    return command
