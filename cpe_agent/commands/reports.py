"""Commands that read what there is: a report, a code, the catalogue."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_agent.commands.inputs import load, profile_of, read
from cpe_agent.commands.options import language_option, profile_option
from cpe_agent.commands.outputs import draw, show_card
from cpe_agent.commands.stop import STATUS, USAGE, Stop
from cpe_agent.terminal import screen, width

if TYPE_CHECKING:
    pass


@click.command(
    name="explain",
    short_help="What a fault means and what proves it.",
    help="What a fault means, what proves it, and what separates it from its look-alikes.",
)
@click.argument("fault")
@click.option("--rules", is_flag=True, help="Also the rules of the catalogue, as they are written.")
@language_option
def explain_(fault: str, rules: bool, lang: str) -> None:
    from cpe_agent.explain import explain, nearest

    text = explain(fault, lang, rules=rules, width=width())
    if text is None:
        near = nearest(fault)
        hint = f"; did you mean {', '.join(near)}?" if near else "; 'cpe-agent faults' lists them all"
        raise Stop(f"no fault is called {fault!r}{hint}", USAGE)
    click.echo(text)


@click.command(name="faults", help="Every fault this version can name.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: code, number, owner, acts, effect, breaks.")
@language_option
def faults_(as_json: bool, lang: str) -> None:
    from cpe_agent.explain import table, table_json

    click.echo(table_json() if as_json else table(lang))


@click.command(
    short_help="Read the spoken code of a run.",
    help="Read the spoken code of a run: fifteen digits, spaces or not, as it was spoken or keyed. Write ? for a digit "
    "that was not heard.",
)
@click.argument("code", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@language_option
def decode(code: tuple[str, ...], as_json: bool, lang: str) -> None:
    from cpe_agent.decoded import card, plain
    from cpe_agent.deliver.spoken_code import Unreadable

    try:
        if as_json:
            import json

            click.echo(json.dumps(plain(" ".join(code))))
        else:
            click.echo(card(" ".join(code), language=lang, **screen()), nl=False)
    except Unreadable as error:
        raise Stop(f"this code cannot be read: {error}", USAGE) from None


@click.command(
    short_help="Draw a report for a telephone's camera.",
    help="Draw a report as a picture (QR code): a telephone's camera reads it and its own network carries it to the "
    "provider's desk. Where the profile names no desk, it holds the verdict and the code to read out.",
)
@click.argument("report", type=click.Path(path_type=Path))
@profile_option
@click.option("--full", is_flag=True, help="The whole report, measurements too: several pictures.")
@click.option("--output", type=click.Path(path_type=Path), help="Write FILE.svg or FILE.png; without it, draw it here.")
@language_option
def qr(report: Path, profile_file: Path | None, full: bool, output: Path | None, lang: str) -> None:
    from cpe_agent.deliver.qr_command import sealed

    draw(load(report), sealed(read(report)), profile_of(profile_file).desk, lang, full=full, output=output)


@click.command(
    name="judge",
    short_help="Judge the facts of a report again.",
    help="Judge the facts of an earlier report again, with this version's catalogue.",
)
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the new diagnosis as JSON.")
@language_option
def judge_(report: Path, as_json: bool, lang: str) -> None:
    from dataclasses import replace

    from cpe_agent.engine import judge_again
    from cpe_agent.facts import Plan
    from cpe_agent.report import BadReport, diagnosis_of, facts_of, spoken_code, to_json

    old = load(report)
    try:
        judgement = judge_again(old)
        new = diagnosis_of(judgement, facts_of(old)[Plan])
    except BadReport as error:
        raise Stop(f"{report}: {error}", USAGE) from None
    judged = replace(old, diagnosis=new, spoken_code=spoken_code(judgement, new, old.id))
    if as_json:
        click.echo(to_json(judged).decode())
    else:
        was, now = (f"{d.verdict} {d.fault or ''}".strip() for d in (old.diagnosis, new))
        click.echo(f"was: {was}\nnow: {now}\n" if was != now else f"the same verdict as then: {now}\n")
        show_card(judged, lang)
    sys.exit(STATUS[new.verdict])


@click.command(help="What changed between two reports, in words first.")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Every single fact that differs, too.")
@language_option
def compare(before: Path, after: Path, everything: bool, lang: str) -> None:
    from cpe_agent.compare import compare as compare_reports

    reports = load(before), load(after)
    click.echo(compare_reports(*reports, language=lang, everything=everything, width=width()), nl=False)
