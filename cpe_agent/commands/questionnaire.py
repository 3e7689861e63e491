"""``questionnaire``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_agent.commands.inputs import case_of, plan_of
from cpe_agent.commands.options import language_option, profile_option
from cpe_agent.commands.outputs import show_card, write
from cpe_agent.commands.stop import CANNOT_RUN, STATUS, Stop

if TYPE_CHECKING:
    from cpe_agent.facts import Plan


@click.command(
    short_help="Questions instead of measuring.",
    help="No program on the computer in question? Answer a few questions instead: what the lamps do, what else works. "
    "It ends with the same kind of verdict and code. Answers alone prove nothing, so they name suspects only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole dialogue as JSON, for a telephone menu.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the dialogue as a plain page.")
@click.option("--output", type=click.Path(path_type=Path), help="Also write the JSON report to this file.")
@profile_option
@click.option("--case", help="Case code to put into the report.")
@language_option
def questionnaire(
    as_json: bool, html: Path | None, output: Path | None, profile_file: Path | None, case: str | None, lang: str
) -> None:
    plan = plan_of(profile_file)
    if as_json or html is not None:
        _write_dialogue(plan, html, lang, as_json=as_json)
        return
    import time

    from cpe_agent.asking import ask_all
    from cpe_agent.questionnaire import report_of
    from cpe_agent.report import to_json
    from cpe_agent.words import phrase

    began = time.monotonic()
    given = ask_all(input, click.echo, lang)
    if given is None:
        raise Stop(phrase("questionnaire", "terminal.ended", lang), CANNOT_RUN)
    report = report_of(plan, given, seconds=time.monotonic() - began, case=None if case is None else case_of(case))
    click.echo()
    show_card(report, lang)
    if output is not None:
        write(output, to_json(report))
    sys.exit(STATUS[report.diagnosis.verdict])


def _write_dialogue(plan: Plan, html: Path | None, lang: str, *, as_json: bool) -> None:
    from cpe_agent.dialogue import dialogue

    description = dialogue(plan)
    if html is not None:
        from cpe_agent.dialogue_page import page

        write(html, page(description, lang).encode())
    if as_json:
        import json

        click.echo(json.dumps(description, ensure_ascii=False))
